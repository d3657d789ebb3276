// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with JDK 21")
class VirtualThreadsTest {

    @Test
    void tasksOnVirtualThreadsAreWaitedForToo() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        CompletableFuture<Boolean> ranOnVirtual = new CompletableFuture<>();
        TaskGroup group;
        CompletableFuture<String> task;
        CompletableFuture<Void> closed;
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.REACTIVE)
                .run("--server.port=0", "--server.address=127.0.0.1", "--spring.threads.virtual.enabled=true")) {
            group = context.getBean(TaskGroup.class);
            Executor executor = context.getBean("applicationTaskExecutor", Executor.class);
            task = group.submit(
                    TaskOptions.named("import"),
                    self -> CompletableFuture.supplyAsync(
                            () -> {
                                ranOnVirtual.complete(isVirtual(Thread.currentThread()));
                                awaitUninterruptibly(mayEnd);
                                return "imported";
                            },
                            executor));
            assertThat(ranOnVirtual.get()).isTrue();
            closed = CompletableFuture.runAsync(context::close, executor);
            await().until(group::isClosed);
            assertThat(closed).isNotDone();
            mayEnd.countDown();
            closed.get();
        }
        assertThat(task.get()).isEqualTo("imported");
        assertThat(group.counts().succeeded()).isEqualTo(1);
    }

    /** Calls {@code Thread.isVirtual} reflectively, because the tests are compiled for Java 17. */
    private static boolean isVirtual(Thread thread) {
        try {
            return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
