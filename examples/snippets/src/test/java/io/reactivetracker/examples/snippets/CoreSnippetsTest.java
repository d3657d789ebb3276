// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.LeakWatch;
import io.reactivetracker.Registration;
import io.reactivetracker.RegistrationSlot;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows for plain Java. */
class CoreSnippetsTest {

    private final List<String> done = new CopyOnWriteArrayList<>();
    private final ExecutorService pool = Executors.newFixedThreadPool(2);

    @AfterEach
    void stopPool() {
        pool.shutdown();
    }

    private void ship(String order) {
        done.add("shipped " + order);
    }

    private void importAll() {
        done.add("imported");
    }

    @Test
    @SuppressWarnings("try") // the token is there to be closed
    void theTracker() throws Exception {
        // One thread, so that the second submitted action runs after the task has begun.
        ExecutorService executor = Executors.newSingleThreadExecutor();
        String order = "one";
        // spotless:off
        TaskTracker tracker = TaskTracker.create("orders");

        executor.execute(() -> {
            try (TaskToken token = tracker.token()) {
                ship(order);
            }
        });
        executor.submit(() -> {}).get();

        tracker.close();              // from now on it may drain
        tracker.drained().await();    // until it is closed and empty
        // spotless:on
        executor.shutdown();
        assertThat(done).contains("shipped one");
    }

    @Test
    @SuppressWarnings("try") // the token is there to be closed
    void theToken() {
        TaskTracker tracker = TaskTracker.create();
        String order = "one";
        try (TaskToken token = tracker.token()) {
            ship(order);
        }
        assertThat(done).containsExactly("shipped one");
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void theWait() throws Exception {
        TaskTracker tracker = TaskTracker.create();
        Log log = new Log(new ArrayList<>());
        TaskToken stuck = tracker.token("stuck");
        Duration timeout = Duration.ofMillis(1);
        // spotless:off
        tracker.close();
        if (!tracker.drained().await(timeout)) {
            log.warn("still running: {}", tracker.runningTasks());
        }
        // spotless:on
        assertThat(log.lines)
                .singleElement()
                .asString()
                .contains("still running: ")
                .contains("stuck");
        stuck.close();
    }

    @Test
    void theCancellation() {
        Request request = new Request(new ArrayList<>());
        // spotless:off
        CancellationToken all = CancellationToken.create();
        try (CancellationToken one = all.child()) {
            one.onCancel(request::abort);
            request.run();
        }
        // spotless:on
        all.cancel();
        assertThat(request.calls).containsExactly("run");
    }

    @Test
    @SuppressWarnings("try") // the token is there to be closed
    void theBody() throws Exception {
        TaskTracker tracker = TaskTracker.create();
        // spotless:off
        Executor executor = tracker.wrap(pool); // counts each task from execute() to the end of its body

        try (TaskToken token = tracker.token("import")) {
            importAll(); // counted as long as it runs
        }
        // spotless:on
        executor.execute(() -> ship("one"));
        tracker.close();
        tracker.drained().await();
        assertThat(done).containsExactlyInAnyOrder("imported", "shipped one");
    }

    @Test
    void theSlotOfARegistration() {
        ManualTimer timer = new ManualTimer();
        Duration delay = Duration.ofSeconds(1);
        Runnable action = () -> done.add("too late");
        // spotless:off
        RegistrationSlot alarm = new RegistrationSlot();

        alarm.set(timer.schedule(delay, action));   // one thread starts
        alarm.close();                              // another thread ends, before, during or after that
        // spotless:on
        timer.advance(delay);
        assertThat(done).isEmpty();
    }

    @Test
    void theCurrentTaskOfAThread() {
        TaskGroup group = TaskGroup.builder("orders").build();
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        Source source = Runnable::run;
        Runnable subscriber = () -> done.add("subscribed");
        // spotless:off
        Object previous = task.makeCurrent();
        try {
            source.subscribe(subscriber);
        } finally {
            GroupTask.restoreCurrent(previous);
        }
        // spotless:on
        assertThat(done).containsExactly("subscribed");
        assertThat(task.end(Outcome.SUCCEEDED)).isTrue();
    }

    private interface Source {
        void subscribe(Runnable subscriber);
    }

    private record Log(List<String> lines) {
        void warn(String text, Object argument) {
            lines.add(text.replace("{}", String.valueOf(argument)));
        }
    }

    private record Request(List<String> calls) {
        void run() {
            calls.add("run");
        }

        void abort() {
            calls.add("abort");
        }
    }

    private interface Consumer {
        void stopFetching();
    }

    @Test
    void theActionOfAClose() {
        TaskTracker tracker = TaskTracker.create("messages");
        AtomicBoolean isStopped = new AtomicBoolean();
        Consumer consumer = () -> isStopped.set(true);

        Registration registration = tracker.onClose(consumer::stopFetching);

        tracker.close();
        registration.close();
        assertThat(isStopped).isTrue();
    }

    @Test
    void theWatchForLeaks() {
        TaskTracker tracker = TaskTracker.create("orders");

        Registration watch = LeakWatch.sampling(64).start(tracker);

        tracker.token().close();
        watch.close();
        assertThat(tracker.leakedTasks()).isZero();
    }
}
