// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.spring.BackgroundRunner.beginToClose;
import static io.reactivetracker.spring.BackgroundRunner.group;
import static io.reactivetracker.spring.BackgroundRunner.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.task.SimpleAsyncTaskSchedulerBuilder;
import org.springframework.boot.task.ThreadPoolTaskSchedulerCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@ExtendWith(OutputCaptureExtension.class)
class ScheduledMethodsTest {

    private final ApplicationContextRunner on = BackgroundRunner.on().withUserConfiguration(Scheduling.class);

    /** What runs the scheduled methods. */
    enum Scheduler {
        OF_SPRING_BOOT {
            @Override
            ApplicationContextRunner in(ApplicationContextRunner runner) {
                return runner;
            }
        },
        WITH_A_THREAD_FOR_EACH_RUN {
            @Override
            ApplicationContextRunner in(ApplicationContextRunner runner) {
                return runner.withUserConfiguration(ThreadPerRun.class);
            }
        },
        OF_THE_JDK {
            @Override
            ApplicationContextRunner in(ApplicationContextRunner runner) {
                return runner.withBean(ScheduledExecutorService.class, Executors::newSingleThreadScheduledExecutor);
            }
        };

        abstract ApplicationContextRunner in(ApplicationContextRunner runner);
    }

    // ---- blocking methods ----

    @ParameterizedTest
    @EnumSource
    void aRunIsNamedByItsMethodAndAwaited(Scheduler scheduler, CapturedOutput log) {
        scheduler.in(on).withBean(Delayed.class).run(context -> {
            Jobs jobs = context.getBean(Jobs.class);
            jobs.begun.acquire();
            assertThat(names(context)).containsExactly("Delayed.cleanup");
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            assertThat(closed).isNotDone();
            jobs.mayEnd.release();
            closed.get();
            assertThat(jobs.ended).containsExactly("cleanup");
            assertThat(log).containsPattern("INFO .*group \"background\" drained in .*: 1 completed, ");
        });
    }

    @ParameterizedTest
    @EnumSource
    void soIsARunOfATrigger(Scheduler scheduler) {
        scheduler.in(on).withBean(Cron.class).run(context -> {
            Jobs jobs = context.getBean(Jobs.class);
            jobs.begun.acquire();
            assertThat(names(context)).contains("Cron.cleanup");
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            assertThat(closed).isNotDone();
            jobs.mayEnd.release(100);
            closed.get();
            assertThat(jobs.ended).contains("cleanup");
        });
    }

    @ParameterizedTest
    @EnumSource
    void betweenTwoRunsNothingIsCounted(Scheduler scheduler) {
        scheduler.in(on).withBean(Delayed.class).run(context -> {
            context.getBean(Jobs.class).mayEnd.release();
            await().until(() -> group(context).counts().succeeded() == 1);
            assertThat(names(context)).isEmpty();
            beginToClose(context.getSourceApplicationContext()).get();
        });
    }

    @Test
    void aLateRunIsInterruptedAndNamed(CapturedOutput log) {
        on.withPropertyValues("reactive-tracker.shutdown.grace=0s")
                .withBean(Delayed.class)
                .run(context -> {
                    Jobs jobs = context.getBean(Jobs.class);
                    jobs.begun.acquire();
                    beginToClose(context.getSourceApplicationContext()).get();
                    assertThat(jobs.ended).containsExactly("interrupted");
                    assertThat(log)
                            .containsPattern("cancelled: Delayed.cleanup #\\d+ of group \"background\", running, ")
                            .containsPattern("group \"background\" drained in .*: 0 completed, 0 failed, 1 cancelled");
                });
    }

    @Test
    void errorsReachTheHandlerOfTheScheduler() {
        List<Throwable> handled = new CopyOnWriteArrayList<>();
        on.withBean(ThreadPoolTaskSchedulerCustomizer.class, () -> scheduler -> scheduler.setErrorHandler(handled::add))
                .withBean(Failing.class)
                .run(context -> {
                    await().until(() -> handled.size() == 1);
                    assertThat(handled.get(0))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("no disk");
                    assertThat(group(context).counts().failed()).isEqualTo(1);
                });
    }

    /** A scheduler of the JDK goes on when the application begins to stop. */
    @Test
    void aRunThatIsDueWhileTheApplicationStopsDoesNotBeginAndLeavesOneLine(CapturedOutput log) {
        on.withBean(ScheduledExecutorService.class, () -> Executors.newScheduledThreadPool(2))
                .withBean(Delayed.class)
                .withBean(Frequent.class)
                .run(context -> {
                    Jobs jobs = context.getBean(Jobs.class);
                    jobs.begun.acquire();
                    await().until(() -> jobs.ticks.get() > 0);
                    CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
                    await().until(() -> log.getAll().contains("the scheduled run of Frequent.tick does not begin"));
                    assertThat(jobs.ticks)
                            .hasValue((int) group(context).counts().succeeded());
                    jobs.mayEnd.release();
                    closed.get();
                    assertThat(log).containsOnlyOnce("does not begin");
                });
    }

    // ---- reactive methods ----

    @ParameterizedTest
    @EnumSource
    void aReactiveRunIsCountedUntilItsPublisherEnds(Scheduler scheduler) {
        scheduler.in(on).withBean(Reactive.class).run(context -> {
            Jobs jobs = context.getBean(Jobs.class);
            jobs.begun.acquire();
            await().until(() -> names(context).equals(List.of("Reactive.poll")));
            TaskGroup group = group(context);
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            assertThat(closed).isNotDone();
            jobs.reactive.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
            closed.get();
            assertThat(group.counts().succeeded()).isEqualTo(1);
            assertThat(jobs.ended).containsExactly("onComplete");
        });
    }

    @Test
    void soIsOneWithAFixedDelayWhichBlocksTheScheduler() {
        on.withBean(ReactiveDelayed.class).run(context -> {
            Jobs jobs = context.getBean(Jobs.class);
            jobs.begun.acquire();
            assertThat(names(context)).containsExactly("ReactiveDelayed.poll");
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            assertThat(closed).isNotDone();
            jobs.reactive.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
            closed.get();
            assertThat(jobs.ended).containsExactly("onComplete");
        });
    }

    @Test
    void aLateReactiveRunIsCancelledAndNamed(CapturedOutput log) {
        on.withPropertyValues("reactive-tracker.shutdown.grace=0s")
                .withBean(Reactive.class)
                .run(context -> {
                    Jobs jobs = context.getBean(Jobs.class);
                    jobs.begun.acquire();
                    beginToClose(context.getSourceApplicationContext()).get();
                    assertThat(jobs.ended).containsExactly("cancel");
                    assertThat(log)
                            .containsPattern("cancelled: Reactive.poll #\\d+ of group \"background\", running, ")
                            .containsPattern("group \"background\" drained in .*: 0 completed, 0 failed, 1 cancelled");
                });
    }

    @Test
    void aReactiveRunThatFailsIsLoggedBySpringAsBefore(CapturedOutput log) {
        on.withBean(Reactive.class).run(context -> {
            Jobs jobs = context.getBean(Jobs.class);
            jobs.begun.acquire();
            jobs.reactive.emitError(new IllegalStateException("no broker"), Sinks.EmitFailureHandler.FAIL_FAST);
            await().until(() -> group(context).counts().failed() == 1);
            assertThat(log)
                    .contains("Unexpected error occurred in scheduled reactive task")
                    .contains("no broker");
        });
    }

    @Test
    void whatABlockingRunSubscribesToIsNotTheRun() {
        on.withBean(Subscribing.class).run(context -> {
            Jobs jobs = context.getBean(Jobs.class);
            jobs.begun.acquire();
            await().until(() -> group(context).counts().succeeded() == 1);
            assertThat(names(context)).isEmpty();
        });
    }

    // ---- the application ----

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {

        @Bean
        Jobs jobs() {
            return new Jobs();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ThreadPerRun {

        @Bean
        SimpleAsyncTaskScheduler scheduler(SimpleAsyncTaskSchedulerBuilder builder) {
            return builder.build();
        }
    }

    /** What the scheduled methods do. */
    static class Jobs {

        final Semaphore begun = new Semaphore(0);
        final Semaphore mayEnd = new Semaphore(0);
        final List<String> ended = new CopyOnWriteArrayList<>();
        final AtomicInteger ticks = new AtomicInteger();
        final Sinks.Empty<Void> reactive = Sinks.empty();

        void run() {
            begun.release();
            try {
                mayEnd.acquire();
                ended.add("cleanup");
            } catch (InterruptedException cancelled) {
                ended.add("interrupted");
            }
        }

        Mono<Void> poll() {
            return reactive.asMono()
                    .doOnSubscribe(subscription -> begun.release())
                    .doOnCancel(() -> ended.add("cancel"))
                    .doOnSuccess(nothing -> ended.add("onComplete"));
        }
    }

    record Delayed(Jobs jobs) {

        @Scheduled(fixedDelay = 3_600_000)
        void cleanup() {
            jobs.run();
        }
    }

    record Frequent(Jobs jobs) {

        @Scheduled(fixedRate = 1)
        void tick() {
            int unused = jobs.ticks.incrementAndGet();
        }
    }

    record Cron(Jobs jobs) {

        @Scheduled(cron = "* * * * * *")
        void cleanup() {
            jobs.run();
        }
    }

    record Failing(Jobs jobs) {

        @Scheduled(fixedRate = 3_600_000)
        void cleanup() {
            if (jobs.ended.isEmpty()) {
                throw new IllegalStateException("no disk");
            }
        }
    }

    record Reactive(Jobs jobs) {

        @Scheduled(fixedRate = 3_600_000)
        Mono<Void> poll() {
            return jobs.poll();
        }
    }

    record ReactiveDelayed(Jobs jobs) {

        @Scheduled(fixedDelay = 3_600_000)
        Flux<Void> poll() {
            return jobs.poll().flux();
        }
    }

    record Subscribing(Jobs jobs) {

        @Scheduled(fixedRate = 3_600_000)
        void poll() {
            reactor.core.Disposable unused = jobs.poll().subscribe();
        }
    }
}
