// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.OverdueTask;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.LogText;
import java.time.Duration;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Logs the stages of a shutdown, with a line for each task that is cancelled, timed out or stuck.
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
            LOG.info(what + " is closed; waiting up to " + Durations.inSeconds(wait) + " for " + tasks(tasks));
        }
    }

    /** A group that stays open, but whose end is awaited. */
    static void awaited(String what, long tasks, Duration wait) {
        if (tasks > 0) {
            LOG.info(what + " has " + tasks(tasks) + "; waiting up to " + Durations.inSeconds(wait));
        }
    }

    static void skippedRun(String name) {
        LOG.info("the application stops: the scheduled run of " + LogText.escape(name)
                + " does not begin, nor do others from now on");
    }

    /** The first wait for subscriptions and background work is over, and the wait for the groups begins. */
    static void groupsFollow(String what, long tasks, Duration waited) {
        if (tasks > 0) {
            LOG.info(what + " still has " + tasks(tasks) + " after " + Durations.inSeconds(waited)
                    + "; closing the groups, which get their full grace");
        }
    }

    /** Tasks that were cancelled or timed out before the cancel began, and those that are cancelled now. */
    static void groupCancels(String group, ShutdownReport soFar, Duration grace) {
        listEnded(soFar);
        cancelling(group, soFar.pending(), grace);
        list("cancelled: ", soFar.stuck(), soFar.pending());
    }

    /** Lists the tasks that were cancelled or timed out, unless {@link #groupCancels} has listed them. */
    static void groupOver(ShutdownReport report, boolean isListed) {
        boolean isClean =
                report.isDrained() && report.cancelled() == 0 && report.timedOut() == 0 && report.rejected() == 0;
        summary(report.summary(), isClean);
        if (!isListed) {
            listEnded(report);
        }
        list("stuck: ", report.stuck(), report.pending());
    }

    static void trackerCancels(TaskTracker tracker, Duration grace) {
        cancelling(tracker(tracker), tracker.size(), grace);
        list("cancelled: ", tracker);
    }

    static void trackerOver(TaskTracker tracker, boolean isCancelled, Duration took) {
        long left = tracker.size();
        summary(
                "tracker \"" + tracker.name() + (left == 0 ? "\" drained in " : "\" not drained after ")
                        + Durations.inSeconds(took) + ": "
                        + (isCancelled ? "some tasks were cancelled, " : "no task was cancelled, ") + left + " stuck",
                left == 0 && !isCancelled);
        if (left > 0) {
            list("stuck: ", tracker);
        }
    }

    /** A task that is older than the bound of the watchdog; not a part of a shutdown. */
    static void overdue(OverdueTask task) {
        LOG.warn(LogText.escape("overdue: " + task));
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
                + Durations.inSeconds(wait) + " for requests to end, then for tasks");
    }

    static void noGrace(Duration phaseTimeout, Duration cancelWait) {
        LOG.warn("spring.lifecycle.timeout-per-shutdown-phase is " + Durations.inSeconds(phaseTimeout)
                + ", which leaves no grace in addition to the " + Durations.inSeconds(cancelWait)
                + " of reactive-tracker.shutdown.cancel-wait: tasks are cancelled as soon as the application stops."
                + " Increase it, for example to 30s, or set reactive-tracker.shutdown.grace");
    }

    static void aboveWebServer(int phase, int maxPhase) {
        LOG.warn("reactive-tracker.shutdown.phase is " + phase + ", and server.shutdown is immediate: tasks are refused"
                + " while requests are still served. Set the phase below " + maxPhase
                + ", or set server.shutdown=graceful");
    }

    private static void cancelling(String what, long tasks, Duration grace) {
        LOG.warn(what + " cancels " + tasks(tasks) + " that did not end within " + Durations.inSeconds(grace));
    }

    private static void summary(String text, boolean isClean) {
        if (isClean) {
            LOG.info(LogText.escape(text));
        } else {
            LOG.warn(LogText.escape(text));
        }
    }

    private static void listEnded(ShutdownReport report) {
        list("", report.cancelledTasks(), report.cancelled() + report.timedOut());
    }

    /** Lists the tasks that have a name. The tracker may count more. */
    private static void list(String stage, TaskTracker tracker) {
        List<String> tasks = tracker.runningTasks().stream()
                .map(task -> task.name() + " #" + task.id() + " of tracker \"" + tracker.name() + "\", running, "
                        + Durations.inSeconds(task.age()) + " old")
                .toList();
        list(stage, tasks, tasks.size());
    }

    private static void list(String stage, List<?> tasks, long number) {
        tasks.stream().limit(MAX_LINES).forEach(task -> LOG.warn(LogText.escape(stage + task)));
        long more = number - Math.min(tasks.size(), MAX_LINES);
        if (more > 0) {
            LOG.warn("and " + more + " more");
        }
    }

    private static String tasks(long number) {
        return number == 1 ? "1 task" : number + " tasks";
    }

    private static String quoted(String name) {
        return '"' + LogText.escape(name) + '"';
    }
}
