// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;

/** Asks one admission after another, and gives the first permit back if the second is not to be had. */
record BothAdmissions(Admission first, Admission second) implements Admission {

    private static final String NO_PERMIT = "permit must not be null: Permit.NOTHING_TO_RELEASE is one";
    private static final String NO_REASON = "reason must not be null";

    @Override
    public Registration admit(AdmissionRequest candidate) {
        Between between = new Between(candidate);
        try {
            between.follow(Objects.requireNonNull(first.admit(between), "the first of two admissions returned null"));
        } catch (Throwable broken) {
            between.close();
            throw broken;
        }
        return between;
    }

    BothAdmissions {
        Set<Admission> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        addLimits(first, seen);
        addLimits(second, seen);
    }

    /** A task that asks the same limit twice would wait for the second permit while it holds the first. */
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
                            + " permits and could wait for the second for ever; make another limit, or leave this one out once");
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

    /** What it throws must not reach an admission that is about to serve others. */
    private static void reported(Runnable step) {
        try {
            step.run();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    /** The candidate as the first admission sees it; where the task waits now, and what it holds meanwhile. */
    private final class Between implements AdmissionRequest, Registration {

        private final AdmissionRequest candidate;

        // Guarded by this. Of each admission only the first answer counts. The first permit is held from its grant
        // to the end of the second wait.
        private Registration place = Registration.none();
        private boolean isAnsweredByFirst;
        private boolean isAnsweredBySecond;
        private boolean hasLeft;
        private Permit held = Permit.NOTHING_TO_RELEASE;

        Between(AdmissionRequest candidate) {
            this.candidate = candidate;
        }

        /** The place in the first queue, unless the task is in the second by now. */
        private void follow(Registration firstPlace) {
            boolean isGone;
            synchronized (this) {
                isGone = hasLeft;
                if (!isAnsweredByFirst && !isGone) {
                    place = firstPlace;
                }
            }
            if (isGone) {
                firstPlace.close();
            }
        }

        @Override
        public boolean grant(Permit firstPermit) {
            Objects.requireNonNull(firstPermit, NO_PERMIT);
            synchronized (this) {
                if (hasLeft || isAnsweredByFirst) {
                    return false;
                }
                isAnsweredByFirst = true;
                held = firstPermit;
            }
            Second asked = new Second();
            Registration secondPlace;
            try {
                secondPlace = Objects.requireNonNull(second.admit(asked), "admit() returned null");
            } catch (Throwable failure) {
                asked.reject("the second of two admissions failed: " + failure);
                return true;
            }
            boolean isGone;
            synchronized (this) {
                isGone = hasLeft;
                place = secondPlace;
            }
            if (isGone) {
                reported(secondPlace::close);
            }
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
            candidate.reject(reason);
        }

        @Override
        public void close() {
            Registration left;
            Permit free;
            synchronized (this) {
                hasLeft = true;
                left = place;
                free = takeHeld();
            }
            try {
                left.close();
            } finally {
                free.release(Outcome.CANCELLED);
            }
        }

        private synchronized Permit takeHeld() {
            Permit taken = held;
            held = Permit.NOTHING_TO_RELEASE;
            return taken;
        }

        @Override
        public TaskContext task() {
            return candidate.task();
        }

        @Override
        public TaskTimer timer() {
            return candidate.timer();
        }

        /** The candidate as the second admission sees it. */
        private final class Second implements AdmissionRequest {

            @Override
            public boolean grant(Permit secondPermit) {
                Objects.requireNonNull(secondPermit, NO_PERMIT);
                // Whoever takes the first permit out is the one to decide what becomes of it.
                Permit firstPermit;
                synchronized (Between.this) {
                    if (hasLeft || isAnsweredBySecond) {
                        return false;
                    }
                    isAnsweredBySecond = true;
                    firstPermit = takeHeld();
                }
                boolean isTaken = false;
                try {
                    isTaken = candidate.grant(new BothPermits(firstPermit, secondPermit));
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
                synchronized (Between.this) {
                    if (isAnsweredBySecond) {
                        return;
                    }
                    isAnsweredBySecond = true;
                    firstPermit = takeHeld();
                }
                // The permit may let the next one come here, to be rejected too, and so on through the whole line.
                Trampoline.run(() -> {
                    reported(() -> candidate.reject(reason));
                    reported(() -> firstPermit.release(Outcome.REJECTED));
                });
            }

            @Override
            public TaskContext task() {
                return candidate.task();
            }

            @Override
            public TaskTimer timer() {
                return candidate.timer();
            }
        }
    }
}
