// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;

/**
 * How long the subscriptions of a test may run on after it, before they count as forgotten.
 *
 * <p>The wait ends as soon as the last one ends. The annotation of a method comes before that of its class, and both
 * before the configuration parameter {@value NoForgottenWork#GRACE}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface SubscriptionGrace {

    /**
     * The length of the grace.
     *
     * @return a number of units, 0 or more
     */
    long value();

    /**
     * The unit of the length.
     *
     * @return by default milliseconds
     */
    TimeUnit unit() default TimeUnit.MILLISECONDS;
}
