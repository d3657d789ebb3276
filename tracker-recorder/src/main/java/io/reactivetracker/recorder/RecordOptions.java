// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

/**
 * What is to be done when a key is taken, for whoever wants something else than to be refused.
 *
 * <pre>{@code
 * payments.record(payment.id(), orJoin(), attempt -> pay(payment));
 * }</pre>
 *
 * <p>Immutable, so one value serves any number of tasks and threads.
 */
public final class RecordOptions {

    private static final RecordOptions DEFAULTS = new RecordOptions(false);
    private static final RecordOptions OR_JOIN = new RecordOptions(true);

    private final boolean joins;

    private RecordOptions(boolean joins) {
        this.joins = joins;
    }

    /**
     * Asks for nothing: a task whose key is taken is refused with a {@link TaskAlreadyRecordedException}.
     *
     * @return the options that are used unless others are given
     */
    public static RecordOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Joins the task that has the key, in place of being refused: waits if it is running, and ends as it ends.
     *
     * <p><strong>A recorder keeps what became of a task and not its result.</strong> So who joins a success, one that was
     * there already or one that came while it waited, gets an empty completion: null from a stage, nothing from a
     * {@code Mono}. Who needs the result looks it up where the task has put it. Who joins a task that fails gets the
     * {@linkplain TaskRecorder#failure recorded failure}.
     *
     * <p>If what was waited for is gone when it could be looked at, because it was revoked or forgotten, the task that
     * wanted to join begins itself. A key that is being revoked is refused as without this option. To cancel the wait
     * touches nobody else.
     *
     * @return options for a task that need not be the one that runs
     */
    public static RecordOptions orJoin() {
        return OR_JOIN;
    }

    /**
     * Whether the task joins the one that has its key.
     *
     * @return true if {@code orJoin()} was asked for
     */
    public boolean joins() {
        return joins;
    }

    /**
     * What was asked for.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return joins ? "RecordOptions[orJoin]" : "RecordOptions[]";
    }
}
