// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * Holds a {@link Registration} that may arrive after it is no longer needed.
 *
 * <pre>{@code
 * RegistrationSlot alarm = new RegistrationSlot();
 *
 * alarm.set(timer.schedule(delay, action));   // one thread starts
 * alarm.close();                              // another thread ends, before, during or after that
 * }</pre>
 *
 * <p>Closing the slot closes the registration that it holds, and each one that arrives later. So a registration never
 * outlives its owner, in whatever order the two calls come.
 *
 * <p>Safe for use by several threads. Registrations are closed outside any lock. What their {@code close()} throws
 * reaches the caller of {@link #set} or {@link #close()}; the slot is in its new state then.
 */
public final class RegistrationSlot implements Registration {

    /** {@link Registration#none()}. */
    static final Registration NONE = new Nothing();

    // held:  NONE → a registration → another one …   set, by compare-and-set
    //        any of them → CLOSED                    close, by get-and-set; final
    //
    // The thread that replaces a registration closes it, so each one is closed by one thread.
    private static final Registration CLOSED = new Nothing();

    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(RegistrationSlot.class, "held", Registration.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Registration held = NONE;

    /** Creates an open slot that holds nothing. */
    public RegistrationSlot() {}

    /**
     * Holds a registration, or closes it if the slot is closed.
     *
     * <p>Closes the registration that the slot held before. Several threads may set one slot only if any of their
     * registrations may be the one that stays; otherwise use a slot for each.
     *
     * @param registration the registration to hold
     */
    @SuppressWarnings("ReferenceEquality") // the slot holds one object, not an equal one
    public void set(Registration registration) {
        Objects.requireNonNull(registration, "registration must not be null");
        Registration before = held;
        while (before != CLOSED) {
            Registration seen = (Registration) HELD.compareAndExchange(this, before, registration);
            if (seen == before) {
                before.close();
                return;
            }
            before = seen;
        }
        registration.close();
    }

    /** Closes the registration that the slot holds, and each one that arrives from now on. Idempotent. */
    @Override
    public void close() {
        ((Registration) HELD.getAndSet(this, CLOSED)).close();
    }

    /**
     * Returns whether the slot is closed.
     *
     * @return true once {@link #close()} was called
     */
    public boolean isClosed() {
        return held == CLOSED;
    }

    /** A registration without an action. */
    private static final class Nothing implements Registration {

        @Override
        public void close() {}
    }
}
