// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The decision of an {@link ErrorPolicy} about a failure. */
public sealed interface Decision {

    /**
     * Fails the task, and does nothing else.
     *
     * @return always the same
     */
    static Decision fail() {
        return Terminal.FAIL;
    }

    /**
     * Fails the task, and cancels its group at once with the error as cause.
     *
     * @return always the same
     */
    static Decision cancelGroup() {
        return Terminal.CANCEL_GROUP;
    }

    /**
     * Fails the task, and cancels the parent of its group, or the group itself if it has no parent, at once with the
     * error as cause.
     *
     * @return always the same
     */
    static Decision cancelParent() {
        return Terminal.CANCEL_PARENT;
    }

    /**
     * Retries the task after a delay.
     *
     * @param delay the delay; may be zero
     * @return the decision
     * @throws IllegalArgumentException if the delay is negative
     */
    static Retry retry(Duration delay) {
        return new Retry(Preconditions.requireNotNegative("delay", delay), null, false);
    }

    /**
     * Resumes the task with a continuation, at once.
     *
     * @param continuation the next attempt
     * @return the decision
     */
    static Retry resume(Continuation continuation) {
        return new Retry(Duration.ZERO, Objects.requireNonNull(continuation, "continuation must not be null"), false);
    }

    /** A decision that ends the task. */
    enum Terminal implements Decision {
        /** See {@link Decision#fail()}. */
        FAIL,
        /** See {@link Decision#cancelGroup()}. */
        CANCEL_GROUP,
        /** See {@link Decision#cancelParent()}. */
        CANCEL_PARENT
    }

    /**
     * A decision for another attempt.
     *
     * @param delay the delay before it
     * @param continuation the attempt; null to run the task's body again
     * @param releasesPermit whether the task releases its permit before the delay, and asks for admission again
     */
    record Retry(Duration delay, @Nullable Continuation continuation, boolean releasesPermit) implements Decision {

        /**
         * Returns the same decision with {@code releasesPermit}.
         *
         * @return the decision
         */
        public Retry releasingPermit() {
            return new Retry(delay, continuation, true);
        }
    }
}
