// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.reactor.ReactorTracking;
import org.jspecify.annotations.Nullable;
import reactor.core.Scannable;

/**
 * What the operators of a pipeline tell of it, as far up as they know each other.
 *
 * @param isTracked whether one of them counts its subscriptions already
 * @param isIgnored whether one of them has the tag that says not to
 * @param name the name that was given nearest to the end, or null
 */
record PipelineSteps(
        boolean isTracked, boolean isIgnored, @Nullable String name) {

    /** The key of the tag that keeps a pipeline from being counted. */
    static final String TAG = "reactive-tracker";

    /** The value of that tag. */
    static final String IGNORE = "ignore";

    private static final String OPERATORS_OF_TRACKER = ReactorTracking.class.getPackageName();

    static PipelineSteps of(Object source) {
        boolean isTracked = false;
        boolean isIgnored = false;
        String name = null;
        for (Scannable step = Scannable.from(source); step.isScanAvailable(); step = parentOf(step)) {
            isTracked |= step.getClass().getPackageName().equals(OPERATORS_OF_TRACKER);
            isIgnored |= isIgnored(step);
            name = name == null ? nameOf(step) : name;
        }
        return new PipelineSteps(isTracked, isIgnored, name);
    }

    private static boolean isIgnored(Scannable step) {
        var tags = step.scan(Scannable.Attr.TAGS);
        return tags != null
                && tags.anyMatch(tag -> tag.getT1().equals(TAG) && tag.getT2().equals(IGNORE));
    }

    private static @Nullable String nameOf(Scannable step) {
        String name = step.scan(Scannable.Attr.NAME);
        return name == null || name.isBlank() ? null : name;
    }

    private static Scannable parentOf(Scannable step) {
        return Scannable.from(step.scan(Scannable.Attr.PARENT));
    }
}
