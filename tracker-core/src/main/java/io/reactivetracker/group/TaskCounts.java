// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/**
 * The numbers of a group and all groups below it.
 *
 * <p>At every instant {@code issued = queued + active + succeeded + failed + cancelled + rejected}: each task is in
 * exactly one of these states.
 *
 * @param issued tasks that were ever accepted by an open group
 * @param queued tasks that wait for admission, for the first time or again
 * @param active tasks that run
 * @param succeeded tasks that completed
 * @param failed tasks that ended with an error
 * @param cancelled tasks that were cancelled, running or queued
 * @param rejected tasks that an admission turned away
 */
public record TaskCounts(
        long issued, long queued, long active, long succeeded, long failed, long cancelled, long rejected) {

    /** No task at all. */
    static final TaskCounts NONE = new TaskCounts(0, 0, 0, 0, 0, 0, 0);

    /**
     * The tasks that have not ended.
     *
     * @return queued and active ones
     */
    public long pending() {
        return queued + active;
    }

    /**
     * The tasks that have ended, in whatever way.
     *
     * @return succeeded, failed, cancelled and rejected ones
     */
    public long ended() {
        return succeeded + failed + cancelled + rejected;
    }

    TaskCounts plus(TaskCounts other) {
        return new TaskCounts(
                issued + other.issued,
                queued + other.queued,
                active + other.active,
                succeeded + other.succeeded,
                failed + other.failed,
                cancelled + other.cancelled,
                rejected + other.rejected);
    }

    /** What has happened since an earlier look; what is queued and active is as it is now. */
    TaskCounts since(TaskCounts earlier) {
        return new TaskCounts(
                issued - earlier.issued,
                queued,
                active,
                succeeded - earlier.succeeded,
                failed - earlier.failed,
                cancelled - earlier.cancelled,
                rejected - earlier.rejected);
    }
}
