// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

/**
 * Options of a recorded task: whether it joins the task that holds its key.
 *
 * <pre>{@code
 * payments.record(payment.id(), orJoin(), context -> pay(payment));
 * }</pre>
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class RecordOptions {

    private static final RecordOptions DEFAULTS = new RecordOptions(false);
    private static final RecordOptions OR_JOIN = new RecordOptions(true);

    private final boolean joins;

    private RecordOptions(boolean joins) {
        this.joins = joins;
    }

    /**
     * Returns the default options: a task whose key is taken is refused with a {@link TaskAlreadyRecordedException}.
     *
     * @return the default options
     */
    public static RecordOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns options for a task that joins the one that holds its key: it waits if that runs, and ends as that ends.
     *
     * <p><strong>A recorder does not keep results.</strong> So a task that joins a success, past or future, completes
     * empty: a stage with null, a {@code Mono} without a value. A task that joins a failure gets the {@linkplain
     * TaskRecorder#failure recorded failure}.
     *
     * <p>If the record is revoked or forgotten before it can be read, the joining task begins itself. If the key is
     * being revoked, the task is refused. Cancelling the wait has no other effect.
     *
     * @return the options
     */
    public static RecordOptions orJoin() {
        return OR_JOIN;
    }

    /**
     * Returns whether the task joins the one that holds its key.
     *
     * @return true for {@link #orJoin()}
     */
    public boolean joins() {
        return joins;
    }

    /**
     * Returns the options.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return joins ? "RecordOptions[orJoin]" : "RecordOptions[]";
    }
}
