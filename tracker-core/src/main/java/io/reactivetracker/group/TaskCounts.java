// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of tasks of a group, by state and {@link Outcome}. Immutable.
 *
 * <p>At every instant {@code issued = queued + active + ended}: each task is in exactly one of these states.
 */
public final class TaskCounts {

    private static final TaskCounts NONE = new TaskCounts(0, 0, 0, new long[Outcome.COUNT]);

    private final long issued;
    private final long queued;
    private final long active;

    /** By ordinal of the outcome. */
    private final long[] ended;

    TaskCounts(long issued, long queued, long active, long[] ended) {
        this.issued = issued;
        this.queued = queued;
        this.active = active;
        this.ended = ended;
    }

    /**
     * Returns the counts of no tasks.
     *
     * @return always the same
     */
    public static TaskCounts none() {
        return NONE;
    }

    /**
     * Returns these counts with another number of queued tasks, and as many more or fewer that were issued.
     *
     * @param number the number
     * @return the counts
     */
    public TaskCounts withQueued(long number) {
        return new TaskCounts(issued - queued + number, number, active, ended);
    }

    /**
     * Returns these counts with another number of active tasks, and as many more or fewer that were issued.
     *
     * @param number the number
     * @return the counts
     */
    public TaskCounts withActive(long number) {
        return new TaskCounts(issued - active + number, queued, number, ended);
    }

    /**
     * Returns these counts with another number of tasks that ended by an outcome, and as many more or fewer that were
     * issued.
     *
     * @param outcome the outcome
     * @param number the number
     * @return the counts
     */
    @SuppressWarnings("EnumOrdinal") // an index into an array of this process
    public TaskCounts with(Outcome outcome, long number) {
        long[] changed = ended.clone();
        changed[outcome.ordinal()] = number;
        return new TaskCounts(issued - ended(outcome) + number, queued, active, changed);
    }

    /**
     * Returns the number of tasks that the group accepted while it was open.
     *
     * @return the number, which never decreases
     */
    public long issued() {
        return issued;
    }

    /**
     * Returns the number of tasks that wait for admission, for the first time or again.
     *
     * @return the number
     */
    public long queued() {
        return queued;
    }

    /**
     * Returns the number of tasks that run.
     *
     * @return the number
     */
    public long active() {
        return active;
    }

    /**
     * Returns the number of tasks that have not ended.
     *
     * @return queued and active ones
     */
    public long pending() {
        return queued + active;
    }

    /**
     * Returns the number of tasks that ended, by any outcome.
     *
     * @return the number, which never decreases
     */
    public long ended() {
        return Arrays.stream(ended).sum();
    }

    /**
     * Returns the number of tasks that ended by an outcome.
     *
     * @param outcome the outcome
     * @return the number, which never decreases
     */
    @SuppressWarnings("EnumOrdinal") // an index into an array of this process
    public long ended(Outcome outcome) {
        return ended[outcome.ordinal()];
    }

    /**
     * Returns the number of tasks that completed.
     *
     * @return the number
     */
    public long succeeded() {
        return ended(Outcome.SUCCEEDED);
    }

    /**
     * Returns the number of tasks that ended with an error.
     *
     * @return the number
     */
    public long failed() {
        return ended(Outcome.FAILED);
    }

    /**
     * Returns the number of tasks that were cancelled, running or queued.
     *
     * @return the number
     */
    public long cancelled() {
        return ended(Outcome.CANCELLED);
    }

    /**
     * Returns the number of tasks that were cancelled at the end of their time limit, running or queued.
     *
     * @return the number
     */
    public long timedOut() {
        return ended(Outcome.TIMED_OUT);
    }

    /**
     * Returns the number of tasks that an admission turned away.
     *
     * @return the number
     */
    public long rejected() {
        return ended(Outcome.REJECTED);
    }

    /**
     * Returns the sums of these and other counts.
     *
     * @param other the counts to add
     * @return the sums
     */
    public TaskCounts plus(TaskCounts other) {
        long[] sums = ended.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += other.ended[i];
        }
        return new TaskCounts(issued + other.issued, queued + other.queued, active + other.active, sums);
    }

    /** Returns what was issued and what ended since earlier counts; what is queued and active is as it is now. */
    TaskCounts since(TaskCounts earlier) {
        long[] differences = ended.clone();
        for (int i = 0; i < differences.length; i++) {
            differences[i] -= earlier.ended[i];
        }
        return new TaskCounts(issued - earlier.issued, queued, active, differences);
    }

    /**
     * Returns the counts by name: {@code issued}, {@code queued}, {@code active}, and each outcome in lower case, as
     * {@code timed_out}.
     *
     * @return a new map, in this order
     */
    public Map<String, Long> asMap() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("issued", issued);
        counts.put("queued", queued);
        counts.put("active", active);
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome.name().toLowerCase(Locale.ROOT), ended(outcome));
        }
        return counts;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskCounts counts
                && issued == counts.issued
                && queued == counts.queued
                && active == counts.active
                && Arrays.equals(ended, counts.ended);
    }

    @Override
    public int hashCode() {
        return Objects.hash(issued, queued, active, Arrays.hashCode(ended));
    }

    /**
     * Returns all counts with their names.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        String counts = asMap().toString();
        return "TaskCounts[" + counts.substring(1, counts.length() - 1) + "]";
    }
}
