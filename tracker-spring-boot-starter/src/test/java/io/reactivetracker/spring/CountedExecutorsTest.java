// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.spring.BackgroundRunner.beginToClose;
import static io.reactivetracker.spring.BackgroundRunner.group;
import static io.reactivetracker.spring.BackgroundRunner.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ConcurrentTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

class CountedExecutorsTest {

    private final ApplicationContextRunner on = BackgroundRunner.on().withUserConfiguration(Application.class);

    private final CompletableFuture<Void> mayEnd = new CompletableFuture<>();

    @ParameterizedTest
    @ValueSource(strings = {"pool", "threads", "adapter", "service", "plain"})
    void whatAnExecutorIsGivenIsAwaited(String name) {
        on.withPropertyValues("reactive-tracker.background.executors=" + name).run(context -> {
            TaskGroup group = group(context);
            CompletableFuture<Void> done =
                    CompletableFuture.runAsync(mayEnd::join, context.getBean(name, Executor.class));
            assertThat(names(context)).hasSize(1);
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            assertThat(closed).isNotDone();
            mayEnd.complete(null);
            closed.get();
            assertThat(done).isCompleted();
            assertThat(group.counts().succeeded()).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool", "threads", "adapter", "service", "plain"})
    void withoutItsNameItIsNot(String name) {
        on.run(context -> {
            CompletableFuture<Void> done =
                    CompletableFuture.runAsync(mayEnd::join, context.getBean(name, Executor.class));
            assertThat(names(context)).isEmpty();
            mayEnd.complete(null);
            done.get();
        });
    }

    @Test
    void aServiceThatRefusesATaskOrIsShutDownCountsItNoLonger() {
        on.withPropertyValues("reactive-tracker.background.executors=service,narrow")
                .run(context -> {
                    ExecutorService service = context.getBean("service", ExecutorService.class);
                    Future<?> running = service.submit(mayEnd::join);
                    Runnable queued = () -> {};
                    service.execute(queued);
                    assertThat(names(context)).hasSize(2);
                    assertThat(service.shutdownNow()).containsExactly(queued);
                    assertThat(names(context)).hasSize(1);
                    assertThatThrownBy(() -> service.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
                    Executor narrow = context.getBean("narrow", Executor.class);
                    narrow.execute(mayEnd::join);
                    assertThatThrownBy(() -> narrow.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
                    assertThat(names(context)).hasSize(2);
                    mayEnd.complete(null);
                    running.get();
                    assertThat(service.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
                    assertThat(service.isTerminated()).isTrue();
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none | There is no such bean; the executors are [",
                "scheduler | It is a scheduler; only the runs of @Scheduled methods can be counted.",
                "text | It is no Executor, but a java.lang.String."
            })
    void aNameThatIsNoneOfAnExecutorFailsTheStart(String name, String reason) {
        on.withPropertyValues("reactive-tracker.background.executors=" + name)
                .run(context -> assertThat(NestedExceptionUtils.getMostSpecificCause(
                                Objects.requireNonNull(context.getStartupFailure())))
                        .hasFieldOrPropertyWithValue("name", "reactive-tracker.background.executors")
                        .hasFieldOrPropertyWithValue("value", name)
                        .extracting("reason")
                        .asString()
                        .startsWith(reason));
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {

        @Bean
        ThreadPoolTaskExecutor pool() {
            return new ThreadPoolTaskExecutor();
        }

        @Bean
        SimpleAsyncTaskExecutor threads() {
            return new SimpleAsyncTaskExecutor();
        }

        @Bean
        ConcurrentTaskExecutor adapter() {
            return new ConcurrentTaskExecutor(command -> new Thread(command).start());
        }

        @Bean
        ExecutorService service() {
            return Executors.newSingleThreadExecutor();
        }

        @Bean
        ExecutorService narrow() {
            return new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
        }

        @Bean
        Executor plain() {
            return command -> new Thread(command).start();
        }

        @Bean
        ExecutorService scheduler() {
            return Executors.newSingleThreadScheduledExecutor();
        }

        @Bean
        String text() {
            return List.of("text").get(0);
        }
    }
}
