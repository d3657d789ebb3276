// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Allows subscriptions that a test or a test class leaves running.
 *
 * <p>For example {@code @AllowSubscriptions("Prices.refresh")}. Those of a class also apply to its methods and nested
 * classes. What is allowed is not cancelled.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@Repeatable(AllowSubscriptions.List.class)
public @interface AllowSubscriptions {

    /**
     * Where the subscriptions are made: a class, a class and a method, or a class, a method and a line, such as {@code
     * "Orders"}, {@code "Orders.accept"} or {@code "Orders.accept:17"}. The class is named with its package or without
     * it, and a nested class as in {@code "Orders$Line"}.
     *
     * @return the call sites; by default any
     */
    String[] value() default {};

    /**
     * How many of these subscriptions one test, or one test class, may leave.
     *
     * @return the number; by default any number
     */
    int max() default Integer.MAX_VALUE;

    /** Contains several of these annotations. */
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    @Inherited
    @Documented
    @interface List {

        /**
         * Returns the annotations.
         *
         * @return all of them
         */
        AllowSubscriptions[] value();
    }
}
