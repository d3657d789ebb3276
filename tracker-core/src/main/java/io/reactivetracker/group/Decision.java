// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an {@link ErrorPolicy} wants to be done about a failure. */
public sealed interface Decision {

    /**
     * The task fails, and nothing more.
     *
     * @return always the same
     */
    static Decision fail() {
        return Terminal.FAIL;
    }

    /**
     * The task fails, and its group is cancelled at once with the error as cause.
     *
     * @return always the same
     */
    static Decision cancelGroup() {
        return Terminal.CANCEL_GROUP;
    }

    /**
     * The task fails, and the parent of its group is cancelled at once with the error as cause; or the group itself, if
     * it has no parent.
     *
     * @return always the same
     */
    static Decision cancelParent() {
        return Terminal.CANCEL_PARENT;
    }

    /**
     * The task is tried again after a while.
     *
     * @param delay how long to wait; at once if zero
     * @return the decision
     * @throws IllegalArgumentException if the delay is negative
     */
    static Retry retry(Duration delay) {
        return new Retry(Preconditions.requireNotNegative("delay", delay), null, false);
    }

    /**
     * The task goes on with something else, at once.
     *
     * @param continuation what to go on with
     * @return the decision
     */
    static Retry resume(Continuation continuation) {
        return new Retry(Duration.ZERO, Objects.requireNonNull(continuation, "continuation must not be null"), false);
    }

    /** That the task has failed. */
    enum Terminal implements Decision {
        /** See {@link Decision#fail()}. */
        FAIL,
        /** See {@link Decision#cancelGroup()}. */
        CANCEL_GROUP,
        /** See {@link Decision#cancelParent()}. */
        CANCEL_PARENT
    }

    /**
     * That the task goes on.
     *
     * @param delay how long it waits first
     * @param continuation what it goes on with; null to try the same again
     * @param releasesPermit whether it gives its permit back, before the delay, and asks for admission again
     */
    record Retry(Duration delay, @Nullable Continuation continuation, boolean releasesPermit) implements Decision {

        /**
         * The same, with the permit given back and admission asked for again.
         *
         * @return the decision
         */
        public Retry releasingPermit() {
            return new Retry(delay, continuation, true);
        }
    }
}
