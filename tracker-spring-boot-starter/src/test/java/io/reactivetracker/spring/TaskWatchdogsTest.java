// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.group.OverdueTask;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.reactor.TaskHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.EventListener;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The watchdog of the starter, in virtual time. */
@ExtendWith(OutputCaptureExtension.class)
class TaskWatchdogsTest {

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ReactiveTrackerAutoConfiguration.class,
                    TaskWatchdogAutoConfiguration.class))
            .withBean(TaskTimer.class, () -> ReactorTracking.timer(clock))
            .withBean(Overdue.class)
            .withPropertyValues("reactive-tracker.name=shop", "reactive-tracker.shutdown.enabled=false");

    @AfterEach
    void stopTheClock() {
        clock.dispose();
    }

    @Test
    void aTaskThatIsOverdueIsLoggedAndPublishedOnce(CapturedOutput log) {
        application.withPropertyValues("reactive-tracker.watchdog.max-age=30s").run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            Overdue overdue = context.getBean(Overdue.class);
            TaskHandle<?> task = spawn(group.child("mails"), Mono.never().name("welcome\r\nINFO all is well"));
            await().until(() -> {
                clock.advanceTimeBy(Duration.ofSeconds(10));
                return !overdue.tasks.isEmpty();
            });
            assertThat(overdue.tasks).singleElement().satisfies(told -> {
                assertThat(told.group()).isEqualTo("mails");
                assertThat(told.id()).isEqualTo(task.id());
                assertThat(told.age()).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
            });
            clock.advanceTimeBy(Duration.ofHours(1));
            assertThat(log.getOut().lines().filter(line -> line.contains("overdue: ")))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .containsPattern(
                            "overdue: welcome\\\\u000d\\\\u000aINFO all is well #\\d+ of group \"mails\", running, ");
            task.abort();
        });
    }

    @Test
    void withoutThePropertyNothingIsWatched() {
        application.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TaskWatchdogs.class));
    }

    @ParameterizedTest
    @CsvSource({
        "0, It must be positive",
        "-1s, It must be positive",
        "10, 'It has no unit and would be 10 milliseconds: write 10s or 10ms.'",
    })
    void aBoundThatCanNotBeMeantFailsTheStart(String maxAge, String reason) {
        application
                .withPropertyValues("reactive-tracker.watchdog.max-age=" + maxAge)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .satisfies(failure ->
                                assertThat(failure.toString()).contains("reactive-tracker.watchdog.max-age", reason)));
    }

    /** An application's listener. */
    static class Overdue {

        private final List<OverdueTask> tasks = new CopyOnWriteArrayList<>();

        @EventListener
        void onOverdue(OverdueTask task) {
            tasks.add(task);
        }
    }
}
