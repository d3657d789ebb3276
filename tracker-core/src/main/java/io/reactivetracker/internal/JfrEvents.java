// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of the library for JDK Flight Recorder.
 *
 * <p>Everything that happens in an instant is written here. What has a duration is begun here and written by what is
 * returned: {@link TaskRecording}, {@link DrainRecording}, {@link ShutdownRecording}.
 *
 * <p>No recording, no event: each method first asks whether a recording wants its event. Until the first recording of
 * the process starts, that is a constant to the compiler. No method runs code of the application. What fails here is
 * reported and does not reach the task.
 *
 * <p>The classes of the events need the module {@code jdk.jfr}, which a runtime may lack. So this class mentions them
 * only behind {@link #IS_PRESENT}, and nothing else of the library mentions them.
 */
public final class JfrEvents {

    /** Whether the classes of the events can be used, which their first use decides. */
    private static final boolean IS_PRESENT = loadEvents();

    private JfrEvents() {}

    private static boolean loadEvents() {
        try {
            List<Boolean> unused = List.of(
                    TaskEndedEvent.isRecorded(),
                    TaskRefusedEvent.isRecorded(),
                    TaskLeakedEvent.isRecorded(),
                    DrainBegunEvent.isRecorded(),
                    DrainEndedEvent.isRecorded(),
                    ShutdownEndedEvent.isRecorded(),
                    LeaseLostEvent.isRecorded());
            return true;
        } catch (Throwable absent) {
            // No module jdk.jfr, or one that does not work. A later use would throw again, into a task.
            return false;
        }
    }

    private static <R> @Nullable R begin(Supplier<R> recording) {
        try {
            return recording.get();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
            return null;
        }
    }

    // ---- tasks ----

    /**
     * Returns whether a recording wants the ends of tasks.
     *
     * @return false if no recording runs
     */
    public static boolean recordsTasks() {
        return IS_PRESENT && TaskEndedEvent.isRecorded();
    }

    /**
     * Begins the event of a task that is issued now.
     *
     * @return what to keep until the end of the task, or null if no recording wants the event
     */
    public static @Nullable TaskRecording beginTask() {
        return recordsTasks() ? begin(TaskRecording::begin) : null;
    }

    /**
     * Writes that a task has ended. Call it if {@link #recordsTasks()} is true.
     *
     * @param begun what {@link #beginTask()} returned; null for a task that was issued before its end was recorded
     * @param tracker the name of the tracker or group
     * @param task the name of the task
     * @param id the id of the task
     * @param outcome how it ended; null if its tracker does not know
     * @param attempts the number of its attempts
     */
    public static void taskEnded(
            @Nullable TaskRecording begun,
            String tracker,
            String task,
            long id,
            @Nullable String outcome,
            int attempts) {
        try {
            TaskEndedEvent event = begun == null ? new TaskEndedEvent() : begun.end();
            event.issuedBefore = begun == null;
            event.tracker = tracker;
            event.task = task;
            event.taskId = id;
            event.outcome = outcome;
            event.attempts = attempts;
            event.commit();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    /**
     * Writes that a task was refused.
     *
     * @param tracker the name of the tracker or group
     * @param task the name of the task, or null if it has none
     * @param id the id of the task, or 0 if it was refused before it got one
     * @param reason who refused it
     * @param detail more about the reason, or null
     */
    public static void taskRefused(
            String tracker, @Nullable String task, long id, Refusal reason, @Nullable String detail) {
        if (IS_PRESENT && TaskRefusedEvent.isRecorded()) {
            try {
                TaskRefusedEvent event = new TaskRefusedEvent();
                event.tracker = tracker;
                event.task = task;
                event.taskId = id;
                event.reason = reason.name();
                event.detail = detail;
                event.commit();
            } catch (Throwable broken) {
                Throwables.reportUncaught(broken);
            }
        }
    }

    /**
     * Writes that a task was garbage collected before its end.
     *
     * @param tracker the name of the tracker
     * @param task the name of the task, or null if it has none
     * @param age the time from its start until it was found
     * @param isReleased whether its count is released
     * @param createdAt where it was created; empty if that is not known
     */
    public static void taskLeaked(
            String tracker, @Nullable String task, Duration age, boolean isReleased, String createdAt) {
        if (IS_PRESENT && TaskLeakedEvent.isRecorded()) {
            try {
                TaskLeakedEvent event = new TaskLeakedEvent();
                event.tracker = tracker;
                event.task = task;
                event.age = Durations.saturatedNanos(age);
                event.released = isReleased;
                event.createdAt = createdAt;
                event.commit();
            } catch (Throwable broken) {
                Throwables.reportUncaught(broken);
            }
        }
    }

    /** Who refuses a task. */
    public enum Refusal {
        /** The tracker or group is closed. */
        CLOSED,
        /** The group is cancelled. */
        CANCELLED,
        /** The admission of the group turned it away. */
        ADMISSION,
        /** The executor refused its first attempt. */
        EXECUTOR,
        /** The timer refused the alarm of its time limit. */
        TIMER
    }

    // ---- drains ----

    /**
     * Begins the events of a drain, before the close.
     *
     * @return what to keep until the drain has ended, or null if no recording wants the events
     */
    public static @Nullable DrainRecording beginDrain() {
        return IS_PRESENT && (DrainBegunEvent.isRecorded() || DrainEndedEvent.isRecorded())
                ? begin(DrainRecording::begin)
                : null;
    }

    /**
     * Begins the event of a shutdown.
     *
     * @return what to keep until the shutdown is over, or null if no recording wants the event
     */
    public static @Nullable ShutdownRecording beginShutdown() {
        return IS_PRESENT && ShutdownEndedEvent.isRecorded() ? begin(ShutdownRecording::begin) : null;
    }

    // ---- the recorder ----

    /**
     * Writes that an owner has lost its lease.
     *
     * @param key describes the key
     * @param fencingToken the token of the owner
     * @param leaseNanos the duration of the lease
     * @param isEnding whether the task had ended, and its end was about to be recorded
     * @param cause why the lease was not renewed, or null if that is not known
     */
    public static void leaseLost(
            String key, long fencingToken, long leaseNanos, boolean isEnding, @Nullable Throwable cause) {
        if (IS_PRESENT && LeaseLostEvent.isRecorded()) {
            try {
                LeaseLostEvent event = new LeaseLostEvent();
                event.key = key;
                event.fencingToken = fencingToken;
                event.lease = leaseNanos;
                event.ending = isEnding;
                // Not its message, which is code of the application.
                event.cause = cause == null ? null : cause.getClass().getName();
                event.commit();
            } catch (Throwable broken) {
                Throwables.reportUncaught(broken);
            }
        }
    }
}
