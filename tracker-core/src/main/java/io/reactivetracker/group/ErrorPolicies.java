// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The implementations of the policies of {@link ErrorPolicy}. */
final class ErrorPolicies {

    static final ErrorPolicy CONTINUE_ON_ERROR = new CancelOnError(error -> false);
    static final ErrorPolicy CANCEL_ON_ERROR = new CancelOnError(error -> true);
    static final ErrorPolicy CANCEL_PARENT_ON_ERROR = new CancelParentOnError();

    private ErrorPolicies() {}

    /** A policy whose decisions all end the task. */
    interface Terminal extends ErrorPolicy {

        @Override
        default boolean isTerminal() {
            return true;
        }
    }

    record CancelOnError(Predicate<? super Throwable> matching) implements Terminal {

        @Override
        public Decision onError(Failure failure) {
            return matching.test(failure.error()) ? Decision.cancelGroup() : Decision.fail();
        }
    }

    private static final class CancelParentOnError implements Terminal {

        @Override
        public Decision onError(Failure failure) {
            return Decision.cancelParent();
        }
    }

    static final class CancelAfterErrors implements Terminal {

        private final int errors;
        private final AtomicInteger seen = new AtomicInteger();

        CancelAfterErrors(int errors) {
            this.errors = Preconditions.requirePositive("errors", errors);
        }

        @Override
        public Decision onError(Failure failure) {
            // The count stops at the threshold, so that it cannot overflow and reach it again.
            return seen.updateAndGet(before -> Math.min(before + 1, errors)) == errors
                    ? Decision.cancelGroup()
                    : Decision.fail();
        }

        @Override
        public ErrorPolicy forChild() {
            return new CancelAfterErrors(errors);
        }
    }

    static final class CancelAtErrorRate implements Terminal {

        private final int errors;
        private final Duration within;

        // Guarded by this: the times of the last errors, fewer than are needed for a cancel.
        private final ArrayDeque<Long> times = new ArrayDeque<>();

        CancelAtErrorRate(int errors, Duration within) {
            this.errors = Preconditions.requirePositive("errors", errors);
            this.within = Preconditions.requirePositive("within", within);
        }

        @Override
        public synchronized Decision onError(Failure failure) {
            times.addLast(failure.nanoTime());
            if (times.size() < errors) {
                return Decision.fail();
            }
            long span = times.getLast() - times.removeFirst();
            return span <= Durations.saturatedNanos(within) ? Decision.cancelGroup() : Decision.fail();
        }

        @Override
        public ErrorPolicy forChild() {
            return new CancelAtErrorRate(errors, within);
        }
    }

    /** A policy that retries a task a limited number of times. */
    interface Limited extends ErrorPolicy {

        /**
         * Decides about a failure. {@code time} is 1 plus the number of times that this policy has retried the task.
         */
        Decision decide(Failure failure, int time);

        /** Without a count of its own, for a policy that passes a failure on to this one: counts all attempts. */
        @Override
        default Decision onError(Failure failure) {
            return decide(failure, failure.attempt());
        }

        @Override
        default ErrorPolicy forTask() {
            return new Counted(this);
        }
    }

    /** Counts how many times a policy has retried one task. */
    private static final class Counted implements ErrorPolicy {

        private final Limited policy;
        private int times;

        Counted(Limited policy) {
            this.policy = policy;
        }

        @Override
        public Decision onError(Failure failure) {
            Decision decision = policy.decide(failure, times + 1);
            if (decision instanceof Decision.Retry) {
                times++;
            }
            return decision;
        }
    }

    record Retry(int retries, Backoff backoff, Predicate<? super Throwable> matching) implements Limited {

        Retry {
            Preconditions.requirePositive("retries", retries);
        }

        /**
         * Returns false for an error that says that the virtual machine or the program is broken: a retry cures
         * neither.
         */
        static boolean isWorthRetrying(Throwable error) {
            return !(error instanceof VirtualMachineError || error instanceof LinkageError);
        }

        @Override
        public Decision decide(Failure failure, int time) {
            return time > retries || !matching.test(failure.error())
                    ? Decision.fail()
                    : Decision.retry(backoff.delay(time));
        }
    }

    record Resume(int resumptions, Function<Throwable, @Nullable Continuation> continuationFor) implements Limited {

        Resume {
            Preconditions.requirePositive("resumptions", resumptions);
        }

        @Override
        public Decision decide(Failure failure, int time) {
            Continuation continuation = time > resumptions ? null : continuationFor.apply(failure.error());
            return continuation == null ? Decision.fail() : Decision.resume(continuation);
        }
    }

    record InTurn(ErrorPolicy first, ErrorPolicy next) implements ErrorPolicy {

        @Override
        public Decision onError(Failure failure) {
            Decision decision = first.onError(failure);
            return decision.equals(Decision.fail()) ? next.onError(failure) : decision;
        }

        @Override
        public ErrorPolicy forChild() {
            return new InTurn(first.forChild(), next.forChild());
        }

        @Override
        public ErrorPolicy forTask() {
            return new InTurn(first.forTask(), next.forTask());
        }

        @Override
        public boolean isTerminal() {
            return first.isTerminal() && next.isTerminal();
        }
    }

    record ReleasingPermit(ErrorPolicy policy) implements ErrorPolicy {

        @Override
        public Decision onError(Failure failure) {
            Decision decision = policy.onError(failure);
            return decision instanceof Decision.Retry retry ? retry.releasingPermit() : decision;
        }

        @Override
        public ErrorPolicy forChild() {
            return new ReleasingPermit(policy.forChild());
        }

        @Override
        public ErrorPolicy forTask() {
            return new ReleasingPermit(policy.forTask());
        }

        @Override
        public boolean isTerminal() {
            return policy.isTerminal();
        }
    }
}
