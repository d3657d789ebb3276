// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeakReaperTest {

    private final TaskTracker tracker = TaskTracker.create();
    private final AtomicInteger leaks = new AtomicInteger();
    private final LeakSampler sampler = new LeakSampler(tracker, 1, false, task -> leaks.incrementAndGet());
    private final TaskToken token = tracker.token();
    private final Queue<Runnable> started = new ArrayDeque<>();

    private WatchedTask watched(LeakReaper reaper) {
        return new WatchedTask(token, null, new WeakReference<>(sampler), 0, reaper.queue());
    }

    @Test
    void itsThreadEndsWhenNoWatchedTaskRunsAndStartsAgain() {
        LeakReaper reaper = new LeakReaper(1, started::add);
        for (int i = 1; i <= 2; i++) {
            WatchedTask task = watched(reaper);
            reaper.add(task.reference().node());
            assertThat(reaper.hasThread()).isTrue();
            assertThat(reaper.endIfIdle()).isFalse();
            assertThat(reaper.hasThread()).isTrue();
            reaper.remove(task.reference().node());
            assertThat(started).hasSize(1);
            // Returns, since nothing is to be waited for.
            started.remove().run();
            assertThat(reaper.hasThread()).isFalse();
        }
    }

    @Test
    void aThreadThatCannotBeCreatedFailsNoTask() {
        Queue<Error> failures = new ArrayDeque<>();
        failures.add(new OutOfMemoryError("no thread"));
        LeakReaper reaper = new LeakReaper(1, action -> {
            Error failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            started.add(action);
        });
        assertThatNoException()
                .isThrownBy(() -> reaper.add(watched(reaper).reference().node()));
        assertThat(reaper.hasThread()).isFalse();
        reaper.add(watched(reaper).reference().node());
        assertThat(started).hasSize(1);
    }

    @Test
    void anInterruptDoesNotEndItsThread() throws Exception {
        LeakReaper reaper = new LeakReaper(60_000, action -> {
            Thread thread = new Thread(action);
            thread.setDaemon(true);
            thread.interrupt();
            thread.start();
            thread.interrupt();
        });
        WatchedTask task = watched(reaper);
        reaper.add(task.reference().node());
        // As the collector does.
        assertThat(task.reference().enqueue()).isTrue();
        await().until(() -> leaks.get() == 1);
        assertThat(reaper.hasThread()).isTrue();
        assertThat(reaper.size()).isZero();
    }

    @Test
    void aTaskThatHasEndedIsNotReportedThoughItsTokenIsFound() {
        LeakReaper reaper = new LeakReaper(1, started::add);
        WatchedTask ended = watched(reaper);
        WatchedTask leaked = watched(reaper);
        reaper.add(ended.reference().node());
        reaper.add(leaked.reference().node());
        // The rest of its end has failed, for lack of stack.
        ended.hasEnded = true;
        assertThat(ended.reference().enqueue()).isTrue();
        assertThat(leaked.reference().enqueue()).isTrue();
        started.remove().run();
        await().until(() -> leaks.get() == 1);
        assertThat(tracker.leakedTasks()).isOne();
    }
}
