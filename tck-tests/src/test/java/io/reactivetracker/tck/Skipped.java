// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The reason why a verification may skip a rule; a skip without a reason fails. */
@Repeatable(Skipped.All.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Skipped {

    /** Part of the TCK's message when it skips the rule. */
    String message();

    /** Why the skip is right for this publisher. */
    String because();

    /** All reasons of one verification. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        Skipped[] value();
    }
}
