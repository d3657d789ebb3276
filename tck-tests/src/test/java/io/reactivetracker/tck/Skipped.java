// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Why a verification may leave a rule out: without this, a rule that is skipped fails. */
@Repeatable(Skipped.All.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Skipped {

    /** What the TCK says when it skips the rule; a part of it. */
    String message();

    /** Why that is right for this publisher. */
    String because();

    /** All reasons of one verification. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        Skipped[] value();
    }
}
