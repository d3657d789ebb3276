// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RunningTask;
import io.reactivetracker.group.StuckTask;
import java.time.Duration;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Says in the application's log how a shutdown goes: a line for each stage, and one for each task that is in its way.
 *
 * <p>Names are whatever tasks were given, so they are escaped: none can forge a line.
 */
final class DrainLog {

    /** So many tasks have a line of their own at a time: a log is no place for a million. */
    static final int MOST_LINES = 100;

    private static final Log LOG = LogFactory.getLog(DrainLog.class.getPackageName());

    private DrainLog() {}

    static void groupWaits(String group, long tasks, Duration grace) {
        if (tasks > 0) {
            LOG.info("group " + quoted(group) + " is closed: waiting " + LogText.seconds(grace) + " at most for "
                    + tasks(tasks));
        }
    }

    static void trackerWaits(String tracker, long tasks, Duration grace) {
        if (tasks > 0) {
            LOG.info("tracker " + quoted(tracker) + " is closed: waiting " + LogText.seconds(grace) + " at most for "
                    + tasks(tasks));
        }
    }

    /** The first wait is over; these are waited for while the groups end. */
    static void trackerWaitsOn(String tracker, Duration waited, long tasks) {
        if (tasks > 0) {
            LOG.info("tracker " + quoted(tracker) + " has " + tasks(tasks) + " left after " + LogText.seconds(waited)
                    + ": the groups are closed now, and have their whole grace");
        }
    }

    /** The grace is over, and these are about to be cancelled. */
    static void groupCancels(String group, Duration grace, List<StuckTask> overdue) {
        LOG.warn("group " + quoted(group) + " cancels " + tasks(overdue.size()) + " that did not end within "
                + LogText.seconds(grace));
        stuck("cancelled", overdue);
    }

    /** The grace is over, and these, and as many that have no name, are about to be cancelled. */
    static void trackerCancels(String tracker, Duration grace, long tasks, List<RunningTask> named) {
        LOG.warn("tracker " + quoted(tracker) + " cancels " + tasks(tasks) + " that did not end within "
                + LogText.seconds(grace));
        running("cancelled", tracker, named);
    }

    static void groupEnded(
            String group,
            boolean isDrained,
            Duration took,
            long completed,
            long failed,
            long cancelled,
            long rejected,
            List<StuckTask> stuck) {
        String text = "group " + quoted(group) + ended(isDrained, took) + completed + " completed, " + failed
                + " failed, " + cancelled + " cancelled, " + rejected + " rejected, " + stuck.size() + " stuck";
        if (isDrained && cancelled == 0 && rejected == 0) {
            LOG.info(text);
        } else {
            LOG.warn(text);
            stuck("stuck", stuck);
        }
    }

    static void trackerEnded(String tracker, boolean wasCancelled, Duration took, long left, List<RunningTask> named) {
        boolean isDrained = left == 0;
        String text = "tracker " + quoted(tracker) + ended(isDrained, took)
                + (wasCancelled ? "some tasks were cancelled, " : "no task was cancelled, ") + left + " stuck";
        if (isDrained && !wasCancelled) {
            LOG.info(text);
        } else {
            LOG.warn(text);
            running("stuck", tracker, named);
        }
    }

    /** Something that must not hold the shutdown up. */
    static void failed(String what, Throwable failure) {
        LOG.warn("the shutdown of " + what + " failed", failure);
    }

    static void leftOpen() {
        LOG.info(
                "the application context is stopped and not closed: its task groups stay open, as a closed one could not be"
                        + " opened again");
    }

    static void requestsFirst(Duration atMost) {
        LOG.info("a bean that tasks may need is about to stop before the web server: its requests end first, within "
                + LogText.seconds(atMost) + ", and then the tasks");
    }

    static void noGrace(Duration timeoutOfPhase, Duration cancelWait) {
        LOG.warn("spring.lifecycle.timeout-per-shutdown-phase is " + LogText.seconds(timeoutOfPhase)
                + ", which leaves tasks no time to end beside the " + LogText.seconds(cancelWait)
                + " of reactive-tracker.shutdown.cancel-wait: they are cancelled as soon as the application stops. Set it to"
                + " 30s, for example, or set reactive-tracker.shutdown.grace");
    }

    static void aboveWebServer(int phase, int highest) {
        LOG.warn("reactive-tracker.shutdown.phase is " + phase + ", and server.shutdown is immediate: tasks are refused"
                + " while requests are still served. Make the phase lower than " + highest
                + ", or set server.shutdown=graceful");
    }

    private static void stuck(String what, List<StuckTask> tasks) {
        tasks.stream()
                .limit(MOST_LINES)
                .forEach(task -> LOG.warn(what + ": " + LogText.escape(task.name()) + " #" + task.id() + " of group "
                        + quoted(task.group()) + ", " + (task.isQueued() ? "queued, " : "running, ")
                        + LogText.seconds(task.age()) + " old"
                        + (task.origin() == null ? "" : ", from " + LogText.escape(task.origin()))));
        more(tasks.size());
    }

    private static void running(String what, String tracker, List<RunningTask> tasks) {
        tasks.stream()
                .limit(MOST_LINES)
                .forEach(task -> LOG.warn(what + ": " + LogText.escape(task.name()) + " #" + task.id() + " of tracker "
                        + quoted(tracker) + ", running, " + LogText.seconds(task.age()) + " old"));
        more(tasks.size());
    }

    private static void more(int tasks) {
        if (tasks > MOST_LINES) {
            LOG.warn("and " + (tasks - MOST_LINES) + " more");
        }
    }

    private static String ended(boolean isDrained, Duration took) {
        return (isDrained ? " drained in " : " not drained after ") + LogText.seconds(took) + ": ";
    }

    private static String tasks(long number) {
        return number == 1 ? "1 task" : number + " tasks";
    }

    private static String quoted(String name) {
        return '"' + LogText.escape(name) + '"';
    }
}
