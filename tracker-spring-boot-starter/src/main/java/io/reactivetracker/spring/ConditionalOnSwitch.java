// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * Matches if a property of ours is true; a value that is neither true nor false fails the start.
 *
 * <p>Spring Boot's own condition compares text: to it {@code yes} and {@code maybe} are both not {@code true}, and what they
 * should switch on is silently off.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Conditional(OnSwitchCondition.class)
@interface ConditionalOnSwitch {

    /** The property, below {@code reactive-tracker}. */
    String value();

    /** What it is if it is not set. */
    boolean byDefault();
}
