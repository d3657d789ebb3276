// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.RegistrationSlot;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;

/** Asks one admission after another, and gives the first permit back if the second admission refuses. */
record BothAdmissions(Admission first, Admission second) implements Admission {

    private static final String NO_PERMIT = "permit must not be null: Permit.NOTHING_TO_RELEASE is one";
    private static final String NO_REASON = "reason must not be null";

    BothAdmissions {
        Set<Admission> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        addLimits(first, seen);
        addLimits(second, seen);
    }

    /** A task that needs two permits of one limit would wait for the second while it holds the first. */
    private static void addLimits(Admission admission, Set<Admission> seen) {
        if (admission instanceof BothAdmissions both) {
            addLimits(both.first, seen);
            addLimits(both.second, seen);
        } else if ((admission instanceof ConcurrencyLimit
                        || admission instanceof AdaptiveLimit
                        || admission instanceof RateLimit)
                && !seen.add(admission)) {
            throw new IllegalArgumentException(
                    admission + " must not be combined with itself: a task would need two of its"
                            + " permits and could wait for the second forever; make another limit, or leave this one out once");
        }
    }

    @Override
    public Registration admit(AdmissionRequest request) {
        FirstRequest asked = new FirstRequest(request);
        try {
            asked.queuedFirst.set(
                    Objects.requireNonNull(first.admit(asked), "the first of two admissions returned null"));
        } catch (Throwable broken) {
            asked.close();
            throw broken;
        }
        return asked;
    }

    /** What a step throws must not reach an admission that is about to serve others. */
    private static void runReporting(Runnable step) {
        try {
            step.run();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    /** The permits of one task. */
    private record BothPermits(Permit first, Permit second) implements LimitPermit {

        @Override
        public void release(Outcome outcome) {
            try {
                second.release(outcome);
            } finally {
                first.release(outcome);
            }
        }

        @Override
        public boolean isOf(Admission limit) {
            return LimitPermit.isOf(first, limit) || LimitPermit.isOf(second, limit);
        }
    }

    /** A request for the permit of another one's task. */
    private abstract static class ForwardedRequest implements AdmissionRequest {

        final AdmissionRequest request;

        ForwardedRequest(AdmissionRequest request) {
            this.request = request;
        }

        @Override
        public final TaskContext task() {
            return request.task();
        }

        @Override
        public final TaskTimer timer() {
            return request.timer();
        }
    }

    /**
     * The request to the first admission; the place of the task in both queues, and the permit that it holds meanwhile.
     */
    private final class FirstRequest extends ForwardedRequest implements Registration {

        // Two slots, since the first admission may grant before it returns its registration.
        private final RegistrationSlot queuedFirst = new RegistrationSlot();
        private final RegistrationSlot queuedSecond = new RegistrationSlot();

        // Guarded by this. Of each admission only the first answer counts. The first permit is held from its grant to
        // the end
        // of the second wait.
        private boolean isAnsweredByFirst;
        private boolean isAnsweredBySecond;
        private boolean hasLeft;
        private Permit held = Permit.NOTHING_TO_RELEASE;

        FirstRequest(AdmissionRequest request) {
            super(request);
        }

        @Override
        public boolean grant(Permit permit) {
            Objects.requireNonNull(permit, NO_PERMIT);
            synchronized (this) {
                if (hasLeft || isAnsweredByFirst) {
                    return false;
                }
                isAnsweredByFirst = true;
                held = permit;
            }
            SecondRequest asked = new SecondRequest();
            Registration queued;
            try {
                queued = Objects.requireNonNull(second.admit(asked), "admit() returned null");
            } catch (Throwable failure) {
                asked.reject("the second of two admissions failed: " + failure);
                return true;
            }
            runReporting(() -> queuedSecond.set(queued));
            return true;
        }

        @Override
        public void reject(String reason) {
            Objects.requireNonNull(reason, NO_REASON);
            synchronized (this) {
                if (hasLeft || isAnsweredByFirst) {
                    return;
                }
                isAnsweredByFirst = true;
            }
            request.reject(reason);
        }

        /** Leaves the queue that the task is in, and gives the first permit back. */
        @Override
        public void close() {
            Permit free;
            boolean isInSecond;
            synchronized (this) {
                hasLeft = true;
                isInSecond = isAnsweredByFirst;
                free = takeHeld();
            }
            try {
                if (!isInSecond) {
                    queuedFirst.close();
                }
                queuedSecond.close();
            } finally {
                free.release(Outcome.CANCELLED);
            }
        }

        private synchronized Permit takeHeld() {
            Permit taken = held;
            held = Permit.NOTHING_TO_RELEASE;
            return taken;
        }

        /** The request to the second admission. */
        private final class SecondRequest extends ForwardedRequest {

            SecondRequest() {
                super(FirstRequest.this.request);
            }

            @Override
            public boolean grant(Permit permit) {
                Objects.requireNonNull(permit, NO_PERMIT);
                // The thread that takes the first permit decides what becomes of it.
                Permit firstPermit;
                synchronized (FirstRequest.this) {
                    if (hasLeft || isAnsweredBySecond) {
                        return false;
                    }
                    isAnsweredBySecond = true;
                    firstPermit = takeHeld();
                }
                boolean isTaken = false;
                try {
                    isTaken = request.grant(new BothPermits(firstPermit, permit));
                } finally {
                    if (!isTaken) {
                        firstPermit.release(Outcome.CANCELLED);
                    }
                }
                return isTaken;
            }

            @Override
            public void reject(String reason) {
                Objects.requireNonNull(reason, NO_REASON);
                Permit firstPermit;
                synchronized (FirstRequest.this) {
                    if (isAnsweredBySecond) {
                        return;
                    }
                    isAnsweredBySecond = true;
                    firstPermit = takeHeld();
                }
                // The permit may let the next task come here, to be rejected too, and so on through the whole queue.
                Trampoline.run(() -> {
                    runReporting(() -> request.reject(reason));
                    runReporting(() -> firstPermit.release(Outcome.REJECTED));
                });
            }
        }
    }
}
