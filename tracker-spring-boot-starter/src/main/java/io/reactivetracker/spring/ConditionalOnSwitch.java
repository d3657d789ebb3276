// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * Matches if a property of the starter is true. A value that is neither true nor false fails the startup.
 *
 * <p>Spring Boot's {@code @ConditionalOnProperty} compares text, so {@code yes} and {@code maybe} would silently not
 * match {@code true}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Conditional(OnSwitchCondition.class)
@interface ConditionalOnSwitch {

    /** The name of the property below {@code reactive-tracker}. */
    String value();

    /** The value if the property is not set. */
    boolean byDefault();
}
