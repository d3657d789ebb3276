// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.awaitility.Awaitility.await;

import io.reactivetracker.RunningTask;
import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Applications whose background work is counted, and what their tests ask about it. */
final class BackgroundRunner {

    private BackgroundRunner() {}

    static ApplicationContextRunner off() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LifecycleAutoConfiguration.class,
                        TaskExecutionAutoConfiguration.class,
                        TaskSchedulingAutoConfiguration.class,
                        ReactiveTrackerAutoConfiguration.class,
                        TrackSubscriptionsAutoConfiguration.class,
                        BackgroundAutoConfiguration.class))
                // Times that no test waits for.
                .withPropertyValues(
                        "spring.lifecycle.timeout-per-shutdown-phase=2s",
                        "reactive-tracker.shutdown.grace=1m",
                        "reactive-tracker.shutdown.cancel-wait=5s");
    }

    static ApplicationContextRunner on() {
        return off().withPropertyValues("reactive-tracker.background.enabled=true");
    }

    static TaskGroup group(ApplicationContext context) {
        return context.getBean("backgroundGroup", TaskGroup.class);
    }

    static List<String> names(ApplicationContext context) {
        return group(context).runningTasks().stream().map(RunningTask::name).toList();
    }

    /** Begins to close the context. Returns when the drain has begun, with a future of the end. */
    static CompletableFuture<Void> beginToClose(ConfigurableApplicationContext context) {
        BackgroundWork work = context.getBean(BackgroundWork.class);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Thread closing = new Thread(
                () -> {
                    try {
                        context.close();
                        closed.complete(null);
                    } catch (Throwable failure) {
                        closed.completeExceptionally(failure);
                    }
                },
                "closes-the-context");
        closing.start();
        await().until(work.tracker()::isClosed);
        return closed;
    }
}
