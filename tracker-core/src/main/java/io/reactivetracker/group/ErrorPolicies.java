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

/** The policies that {@link ErrorPolicy} offers. */
final class ErrorPolicies {

    static final ErrorPolicy CONTINUE_ON_ERROR = new CancelOnError(error -> false);
    static final ErrorPolicy CANCEL_ON_ERROR = new CancelOnError(error -> true);
    static final ErrorPolicy CANCEL_PARENT_ON_ERROR = new CancelParentOnError();

    private ErrorPolicies() {}

    /** A policy that never goes on with a task. */
    interface Final extends ErrorPolicy {

        @Override
        default boolean isTerminal() {
            return true;
        }
    }

    record CancelOnError(Predicate<? super Throwable> matching) implements Final {

        @Override
        public Decision onError(Failure failure) {
            return matching.test(failure.error()) ? Decision.cancelGroup() : Decision.fail();
        }
    }

    private static final class CancelParentOnError implements Final {

        @Override
        public Decision onError(Failure failure) {
            return Decision.cancelParent();
        }
    }

    static final class CancelAfterErrors implements Final {

        private final int errors;
        private final AtomicInteger seen = new AtomicInteger();

        CancelAfterErrors(int errors) {
            this.errors = Preconditions.requirePositive("errors", errors);
        }

        @Override
        public Decision onError(Failure failure) {
            // Stays at the threshold: a count that went on would come round to it again.
            return seen.updateAndGet(before -> Math.min(before + 1, errors)) == errors
                    ? Decision.cancelGroup()
                    : Decision.fail();
        }

        @Override
        public ErrorPolicy forChild() {
            return new CancelAfterErrors(errors);
        }
    }

    static final class CancelAtErrorRate implements Final {

        private final int errors;
        private final Duration within;

        // Guarded by this: the times of the last errors, of which there are never more than it takes to cancel.
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

    /** How often one policy has let a task go on; each policy counts its own. */
    private static final class TimesUsed {

        private int times;

        static TimesUsed of(ErrorPolicy policy, Failure failure) {
            return failure.state(policy, TimesUsed::new);
        }
    }

    record Retry(int retries, Backoff backoff, Predicate<? super Throwable> matching) implements ErrorPolicy {

        Retry {
            Preconditions.requirePositive("retries", retries);
        }

        /** What says that the virtual machine or the program is broken is not cured by trying again. */
        static boolean isWorthIt(Throwable error) {
            return !(error instanceof VirtualMachineError || error instanceof LinkageError);
        }

        @Override
        public Decision onError(Failure failure) {
            TimesUsed used = TimesUsed.of(this, failure);
            if (used.times >= retries || !matching.test(failure.error())) {
                return Decision.fail();
            }
            used.times++;
            return Decision.retry(backoff.delay(used.times));
        }
    }

    record Resume(int resumptions, Function<Throwable, @Nullable Continuation> continuationFor) implements ErrorPolicy {

        Resume {
            Preconditions.requirePositive("resumptions", resumptions);
        }

        @Override
        public Decision onError(Failure failure) {
            TimesUsed used = TimesUsed.of(this, failure);
            Continuation continuation = used.times < resumptions ? continuationFor.apply(failure.error()) : null;
            if (continuation == null) {
                return Decision.fail();
            }
            used.times++;
            return Decision.resume(continuation);
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
        public boolean isTerminal() {
            return policy.isTerminal();
        }
    }
}
