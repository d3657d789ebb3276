// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.StuckTask;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Logs the stages of a shutdown, with a line for each task that is cancelled or stuck.
 *
 * <p>Names are escaped, so that no name can forge a line.
 */
final class DrainLog {

    /** The maximum number of tasks that one stage lists. */
    static final int MAX_LINES = 100;

    private static final Log LOG = LogFactory.getLog(DrainLog.class.getPackageName());

    private DrainLog() {}

    /** Returns a group as it is named in the log. */
    static String group(String name) {
        return "group " + quoted(name);
    }

    /** Returns a tracker as it is named in the log. */
    static String tracker(TaskTracker tracker) {
        return "tracker " + quoted(tracker.name());
    }

    static void closed(String what, long tasks, Duration wait) {
        if (tasks > 0) {
            LOG.info(what + " is closed; waiting up to " + LogText.seconds(wait) + " for " + tasks(tasks));
        }
    }

    /** The first wait for the subscriptions is over, and the wait for the groups begins. */
    static void groupsFollow(TaskTracker tracker, Duration waited) {
        long tasks = tracker.size();
        if (tasks > 0) {
            LOG.info(tracker(tracker) + " still has " + tasks(tasks) + " after " + LogText.seconds(waited)
                    + "; closing the groups, which get their full grace");
        }
    }

    /** The number of tasks may exceed that of the listed ones, since tasks of a tracker need no name. */
    static <T> void cancelling(
            String what, long tasks, Duration grace, List<T> listed, Function<? super T, String> description) {
        LOG.warn(what + " cancels " + tasks(tasks) + " that did not end within " + LogText.seconds(grace));
        list("cancelled", listed, description);
    }

    static void groupOver(String group, ShutdownReport report) {
        String counts = report.completed() + " completed, " + report.failed() + " failed, " + report.cancelled()
                + " cancelled, " + report.timedOut() + " timed out, " + report.rejected() + " rejected, "
                + report.stuck().size() + " stuck";
        boolean isClean =
                report.isDrained() && report.cancelled() == 0 && report.timedOut() == 0 && report.rejected() == 0;
        over(group, report.isDrained(), isClean, report.took(), counts);
        list("stuck", report.stuck(), DrainLog::describe);
    }

    static void trackerOver(TaskTracker tracker, boolean isCancelled, Duration took) {
        long left = tracker.size();
        String counts = (isCancelled ? "some tasks were cancelled, " : "no task was cancelled, ") + left + " stuck";
        over(tracker(tracker), left == 0, left == 0 && !isCancelled, took, counts);
        if (left > 0) {
            list("stuck", tracker.runningTasks(), task -> describe(task, tracker));
        }
    }

    /** A failure that must not stop the shutdown. */
    static void failed(String what, Throwable failure) {
        LOG.warn("the shutdown of " + what + " failed", failure);
    }

    static void leftOpen() {
        LOG.info("the application context was stopped but not closed; its task groups stay open, since a closed group"
                + " cannot be reopened");
    }

    static void requestsFirst(Duration wait) {
        LOG.info("a bean that tasks may need is about to stop before the web server; waiting up to "
                + LogText.seconds(wait) + " for requests to end, then for tasks");
    }

    static void noGrace(Duration phaseTimeout, Duration cancelWait) {
        LOG.warn("spring.lifecycle.timeout-per-shutdown-phase is " + LogText.seconds(phaseTimeout)
                + ", which leaves no grace in addition to the " + LogText.seconds(cancelWait)
                + " of reactive-tracker.shutdown.cancel-wait: tasks are cancelled as soon as the application stops."
                + " Increase it, for example to 30s, or set reactive-tracker.shutdown.grace");
    }

    static void aboveWebServer(int phase, int maxPhase) {
        LOG.warn("reactive-tracker.shutdown.phase is " + phase + ", and server.shutdown is immediate: tasks are refused"
                + " while requests are still served. Set the phase below " + maxPhase
                + ", or set server.shutdown=graceful");
    }

    static String describe(StuckTask task) {
        return line(task.name(), task.id(), group(task.group()), task.isQueued() ? "queued" : "running", task.age())
                + (task.origin() == null ? "" : ", from " + LogText.escape(task.origin()));
    }

    static String describe(RunningTask task, TaskTracker tracker) {
        return line(task.name(), task.id(), tracker(tracker), "running", task.age());
    }

    private static String line(String task, long id, String of, String state, Duration age) {
        return LogText.escape(task) + " #" + id + " of " + of + ", " + state + ", " + LogText.seconds(age) + " old";
    }

    private static void over(String what, boolean isDrained, boolean isClean, Duration took, String counts) {
        String text =
                what + (isDrained ? " drained in " : " not drained after ") + LogText.seconds(took) + ": " + counts;
        if (isClean) {
            LOG.info(text);
        } else {
            LOG.warn(text);
        }
    }

    private static <T> void list(String stage, List<T> tasks, Function<? super T, String> description) {
        tasks.stream().limit(MAX_LINES).forEach(task -> LOG.warn(stage + ": " + description.apply(task)));
        if (tasks.size() > MAX_LINES) {
            LOG.warn("and " + (tasks.size() - MAX_LINES) + " more");
        }
    }

    private static String tasks(long number) {
        return number == 1 ? "1 task" : number + " tasks";
    }

    private static String quoted(String name) {
        return '"' + LogText.escape(name) + '"';
    }
}
