// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.reactor.ReactorTracking;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.Scannable;

/** Reads what the operators of a pipeline tell about it, as far up as they know each other. */
final class Pipelines {

    /** The key of the tag that excludes a pipeline from being counted. */
    static final String TAG = "reactive-tracker";

    /** The value of that tag. */
    static final String IGNORE = "ignore";

    private static final String OPERATORS_OF_TRACKER = ReactorTracking.class.getPackageName();

    private Pipelines() {}

    /** Returns whether a pipeline is not tracked yet and has no tag that excludes it. */
    static boolean isToBeCounted(Object source) {
        return steps(source)
                .noneMatch(step -> step.getClass().getPackageName().equals(OPERATORS_OF_TRACKER) || isIgnored(step));
    }

    /** Returns the last name that a pipeline was given, or null. */
    static @Nullable String nameOf(Object source) {
        return steps(source)
                .map(step -> step.scanOrDefault(Scannable.Attr.NAME, ""))
                .filter(name -> !name.isBlank())
                .findFirst()
                .orElse(null);
    }

    private static Stream<? extends Scannable> steps(Object source) {
        Scannable last = Scannable.from(source);
        return last.isScanAvailable() ? Stream.concat(Stream.of(last), last.parents()) : Stream.empty();
    }

    private static boolean isIgnored(Scannable step) {
        var tags = step.scan(Scannable.Attr.TAGS);
        return tags != null
                && tags.anyMatch(tag -> tag.getT1().equals(TAG) && tag.getT2().equals(IGNORE));
    }
}
