// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.spring.BackgroundRunner.beginToClose;
import static io.reactivetracker.spring.BackgroundRunner.group;
import static io.reactivetracker.spring.BackgroundRunner.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.group.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncUncaughtExceptionHandler;
import org.springframework.boot.task.ThreadPoolTaskExecutorCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.TaskExecutor;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.AsyncConfigurer;
import org.springframework.scheduling.annotation.EnableAsync;

@ExtendWith(OutputCaptureExtension.class)
class AsyncMethodsTest {

    private static final String NO_FIRST_WAIT = "reactive-tracker.shutdown.cancel-wait=0s";
    private static final String ONE_THREAD = "spring.task.execution.pool.core-size=1";

    private final ApplicationContextRunner on =
            BackgroundRunner.on().withUserConfiguration(Application.class).withPropertyValues(ONE_THREAD);

    // ---- the stop waits ----

    @Test
    void aCallIsNamedByItsMethodAndAwaited(CapturedOutput log) {
        on.run(context -> {
            Orders orders = context.getBean(Orders.class);
            orders.ship("1");
            orders.begun().acquire();
            assertThat(names(context)).containsExactly("Orders.ship");
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            assertThat(log).containsPattern("group \"background\" has 1 task; waiting up to \\d+.0 s");
            assertThat(closed).isNotDone();
            assertThat(orders.shipped()).isEmpty();
            orders.mayEnd().release();
            closed.get();
            assertThat(orders.shipped()).containsExactly("1");
            assertThat(log).containsPattern("INFO .*group \"background\" drained in .*: 1 completed, 0 failed, 0 ");
        });
    }

    @Test
    void aCallThatIsQueuedIsNotLost() {
        on.run(context -> {
            Orders orders = context.getBean(Orders.class);
            orders.ship("1");
            orders.ship("2");
            orders.begun().acquire();
            assertThat(names(context)).containsExactly("Orders.ship", "Orders.ship");
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            orders.mayEnd().release(2);
            closed.get();
            assertThat(orders.shipped()).containsExactly("1", "2");
        });
    }

    @Test
    void whatARunningTaskSubmitsWhileTheApplicationStopsIsNotLost() {
        // Without a first wait, the other groups are closed at once.
        on.withPropertyValues(NO_FIRST_WAIT).run(context -> {
            Orders orders = context.getBean(Orders.class);
            Mails mails = context.getBean(Mails.class);
            orders.shipAndTell(mails);
            orders.begun().acquire();
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            orders.mayEnd().release();
            mails.begun().acquire();
            assertThat(names(context)).containsExactly("Mails.send");
            assertThat(closed).isNotDone();
            mails.mayEnd().release();
            closed.get();
            assertThat(mails.sent()).containsExactly("shipped");
        });
    }

    @Test
    void norWhatATaskOfAnotherGroupSubmits() {
        on.withPropertyValues(NO_FIRST_WAIT).run(context -> {
            TaskGroup shop = context.getBean(TaskGroup.class);
            Mails mails = context.getBean(Mails.class);
            CompletableFuture<String> shipped = new CompletableFuture<>();
            CompletableFuture<Void> task = shop.submit("ship", self -> shipped.thenAccept(mails::send));
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            await().until(shop::isClosed);
            assertThat(shipped.complete("shipped")).isTrue();
            task.get();
            mails.begun().acquire();
            assertThat(closed).isNotDone();
            mails.mayEnd().release();
            closed.get();
            assertThat(mails.sent()).containsExactly("shipped");
        });
    }

    @Test
    void aTaskMayGiveTheApplicationsGroupATaskWhileTheApplicationStops() {
        on.run(context -> {
            Orders orders = context.getBean(Orders.class);
            TaskGroup shop = context.getBean(TaskGroup.class);
            CompletableFuture<String> invoice = new CompletableFuture<>();
            CompletableFuture<String> result = orders.submitTo(shop, invoice);
            orders.begun().acquire();
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            orders.mayEnd().release();
            await().until(() -> shop.counts().active() == 1);
            assertThat(closed).isNotDone();
            invoice.complete("written");
            closed.get();
            assertThat(result.get()).isEqualTo("written");
        });
    }

    @Test
    void theFutureThatAMethodReturnsIsAwaited() {
        on.run(context -> {
            Orders orders = context.getBean(Orders.class);
            CompletableFuture<String> label = new CompletableFuture<>();
            CompletableFuture<String> result = orders.print(label);
            orders.begun().acquire();
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            assertThat(names(context)).containsExactly("Orders.print");
            label.complete("label");
            closed.get();
            assertThat(result.get()).isEqualTo("label");
        });
    }

    @Test
    void anExecutorOfTheApplicationsOwnIsNoDifference() {
        on.run(context -> {
            Orders orders = context.getBean(Orders.class);
            orders.shipElsewhere("1");
            orders.begun().acquire();
            assertThat(names(context)).containsExactly("Orders.shipElsewhere");
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            orders.mayEnd().release();
            closed.get();
            assertThat(orders.shipped()).containsExactly("1");
        });
    }

    @Test
    void norIsOneThatRunsTheMethodInTheThreadOfTheCaller() {
        on.run(context -> {
            Orders orders = context.getBean(Orders.class);
            List<String> during = new ArrayList<>();
            orders.runHere(() -> {
                during.addAll(names(context));
                // Not marked as counted: it is a task of its own.
                context.getBean("applicationTaskExecutor", Executor.class).execute(() -> {});
            });
            assertThat(during).containsExactly("Orders.runHere");
            await().until(() -> group(context).counts().succeeded() == 2);
        });
    }

    @Test
    void aBeanThatAMethodNeedsStopsAfterTheDrain() {
        List<String> events = new CopyOnWriteArrayList<>();
        on.withBean(Recorder.class, () -> new Recorder(events, Integer.MAX_VALUE, () -> "the client stops"))
                .withBean(NeedsClient.class)
                .run(context -> {
                    NeedsClient needs = context.getBean(NeedsClient.class);
                    needs.call(events);
                    needs.begun().acquire();
                    CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
                    needs.mayEnd().release();
                    closed.get();
                    assertThat(events).containsExactly("called", "the client stops");
                });
    }

    // ---- refused, dropped and late calls ----

    @Test
    void aCallThatThePoolRejectsIsCountedNoLonger() {
        on.withPropertyValues("spring.task.execution.pool.max-size=1", "spring.task.execution.pool.queue-capacity=0")
                .run(context -> {
                    Orders orders = context.getBean(Orders.class);
                    orders.ship("1");
                    orders.begun().acquire();
                    assertThatThrownBy(() -> orders.ship("2")).isInstanceOf(TaskRejectedException.class);
                    TaskExecutor executor = context.getBean("applicationTaskExecutor", TaskExecutor.class);
                    assertThatThrownBy(() -> executor.execute(() -> {})).isInstanceOf(TaskRejectedException.class);
                    assertThat(names(context)).containsExactly("Orders.ship");
                    assertThat(context.getBean(BackgroundWork.class).tracker().size())
                            .isEqualTo(1);
                    assertThat(group(context).counts().rejected()).isEqualTo(2);
                    CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
                    orders.mayEnd().release();
                    closed.get();
                });
    }

    @Test
    void aCallThatThePoolDropsIsCountedNoLongerOnceItIsGarbage() {
        on.withPropertyValues("spring.task.execution.pool.max-size=1", "spring.task.execution.pool.queue-capacity=0")
                .withBean(
                        ThreadPoolTaskExecutorCustomizer.class,
                        () -> executor -> executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()))
                .run(context -> {
                    Orders orders = context.getBean(Orders.class);
                    orders.ship("1");
                    orders.begun().acquire();
                    orders.ship("dropped");
                    context.getBean("applicationTaskExecutor", Executor.class).execute(() -> {});
                    await().until(() -> {
                        System.gc();
                        return names(context).equals(List.of("Orders.ship"));
                    });
                    CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
                    orders.mayEnd().release();
                    closed.get();
                    assertThat(orders.shipped()).containsExactly("1");
                });
    }

    @Test
    void aLateCallIsInterruptedAndNamedAndAQueuedOneDoesNotRun(CapturedOutput log) {
        on.withPropertyValues("reactive-tracker.shutdown.grace=0s").run(context -> {
            Orders orders = context.getBean(Orders.class);
            orders.ship("late");
            CompletableFuture<String> queued = orders.print(new CompletableFuture<>());
            orders.ship("queued");
            orders.begun().acquire();
            beginToClose(context.getSourceApplicationContext()).get();
            assertThat(orders.shipped()).containsExactly("interrupted");
            assertThat(queued.isDone() && !queued.isCompletedExceptionally())
                    .as("a result")
                    .isFalse();
            assertThat(log)
                    .contains("group \"background\" cancels 3 tasks that did not end within 0.0 s")
                    .containsPattern("cancelled: Orders.ship #\\d+ of group \"background\", running, ")
                    .containsPattern("WARN .*group \"background\" drained in .*: 0 completed, 0 failed, 3 cancelled, ")
                    .doesNotContain("Unexpected exception occurred invoking async method");
        });
    }

    @Test
    void aCallAfterTheGraceIsRefusedAsByAPool() {
        on.withPropertyValues("reactive-tracker.shutdown.grace=0s").run(context -> {
            Orders orders = context.getBean(Orders.class);
            CompletableFuture<String> deaf = orders.ignoreTheCancel();
            orders.begun().acquire();
            CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
            await().until(group(context)::isClosed);
            assertThatThrownBy(() -> orders.ship("2"))
                    .isInstanceOf(TaskRejectedException.class)
                    .hasMessage("the application stops, and the grace of its background work is over: \"Orders.ship\""
                            + " is refused");
            orders.mayEnd().release();
            closed.get();
            assertThat(deaf.get()).isEqualTo("ended");
        });
    }

    @Test
    void afterTheDrainSpringsExecutorsDecide() {
        on.withBean(AtDestruction.class).run(context -> {
            AtDestruction bean = context.getBean(AtDestruction.class);
            context.getSourceApplicationContext().close();
            assertThat(bean.result).isCompletedWithValue("mailed");
        });
    }

    // ---- nothing else changes ----

    @Test
    void errorsReachTheHandlersOfSpring() {
        on.run(context -> {
            Orders orders = context.getBean(Orders.class);
            orders.fail("no address");
            List<?> uncaught = context.getBean("uncaught", List.class);
            await().until(() -> uncaught.size() == 1);
            assertThat(uncaught.get(0)).isEqualTo("no address in fail");
            CompletableFuture<String> failed = orders.failLater("no stock");
            assertThatThrownBy(failed::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("no stock");
            CompletableFuture<String> failedStage =
                    orders.print(CompletableFuture.failedFuture(new IllegalStateException("no paper")));
            assertThatThrownBy(failedStage::get).cause().hasMessage("no paper");
            await().until(() -> group(context).counts().failed() == 3);
        });
    }

    @Test
    void theApplicationsOwnDecoratorIsStillTheOneToInjectAndIsApplied() {
        List<String> decorated = new CopyOnWriteArrayList<>();
        TaskDecorator own = task -> {
            decorated.add("decorated");
            return task;
        };
        on.withBean("own", TaskDecorator.class, () -> own).run(context -> {
            assertThat(context.getBean(TaskDecorator.class)).isSameAs(own);
            context.getBean("applicationTaskExecutor", Executor.class).execute(() -> {});
            await().until(() -> group(context).counts().succeeded() == 1);
            assertThat(decorated).hasSize(1);
        });
    }

    @Test
    void theGroupOfTheApplicationIsStillTheOneToInject() {
        on.run(context -> assertThat(context.getBean(TaskGroup.class).name()).isEqualTo("application"));
    }

    @Test
    void withoutThePropertyNothingIsAdded() {
        BackgroundRunner.off().withUserConfiguration(Application.class).run(context -> {
            assertThat(context).doesNotHaveBean(TaskDecorator.class).doesNotHaveBean(BackgroundWork.class);
            assertThat(((Advised) context.getBean(Orders.class)).getAdvisors()).hasSize(1);
        });
    }

    // ---- the application ----

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class Application {

        @Bean
        Orders orders() {
            return new Orders();
        }

        @Bean
        Mails mails() {
            return new Mails();
        }

        @Bean
        List<String> uncaught() {
            return new CopyOnWriteArrayList<>();
        }

        @Bean
        Handler handler(List<String> uncaught) {
            return new Handler(uncaught);
        }

        @Bean(defaultCandidate = false)
        ExecutorService elsewhere() {
            return Executors.newSingleThreadExecutor();
        }

        @Bean(defaultCandidate = false)
        TaskExecutor here() {
            return new SyncTaskExecutor();
        }
    }

    static class Orders {

        private final Semaphore begun = new Semaphore(0);
        private final Semaphore mayEnd = new Semaphore(0);
        private final List<String> shipped = new CopyOnWriteArrayList<>();

        Semaphore begun() {
            return begun;
        }

        Semaphore mayEnd() {
            return mayEnd;
        }

        List<String> shipped() {
            return shipped;
        }

        @Async
        public void ship(String order) {
            begun.release();
            try {
                mayEnd.acquire();
                shipped.add(order);
            } catch (InterruptedException cancelled) {
                shipped.add("interrupted");
            }
        }

        @Async("elsewhere")
        public void shipElsewhere(String order) {
            ship(order);
        }

        @Async("here")
        public void runHere(Runnable body) {
            body.run();
        }

        @Async
        public void shipAndTell(Mails mails) {
            ship("told");
            mails.send("shipped");
        }

        @Async
        public CompletableFuture<String> submitTo(TaskGroup group, CompletableFuture<String> stage) {
            ship("invoice");
            return group.submit("invoice", task -> stage);
        }

        @Async
        public CompletableFuture<String> print(CompletableFuture<String> label) {
            begun.release();
            return label;
        }

        @Async
        public CompletableFuture<String> ignoreTheCancel() {
            begun.release();
            mayEnd.acquireUninterruptibly();
            return CompletableFuture.completedFuture("ended");
        }

        @Async
        public void fail(String message) {
            throw new IllegalStateException(message);
        }

        @Async
        public CompletableFuture<String> failLater(String message) {
            throw new IllegalStateException(message);
        }
    }

    static class Mails {

        private final Semaphore begun = new Semaphore(0);
        private final Semaphore mayEnd = new Semaphore(0);
        private final List<String> sent = new CopyOnWriteArrayList<>();

        Semaphore begun() {
            return begun;
        }

        Semaphore mayEnd() {
            return mayEnd;
        }

        List<String> sent() {
            return sent;
        }

        @Async
        public void send(String mail) {
            begun.release();
            mayEnd.acquireUninterruptibly();
            sent.add(mail);
        }

        @Async
        public CompletableFuture<String> sendNow() {
            return CompletableFuture.completedFuture("mailed");
        }
    }

    static class NeedsClient {

        private final Semaphore begun = new Semaphore(0);
        private final Semaphore mayEnd = new Semaphore(0);

        Semaphore begun() {
            return begun;
        }

        Semaphore mayEnd() {
            return mayEnd;
        }

        NeedsClient(Recorder client) {
            assertThat(client.isRunning()).isFalse();
        }

        @Async
        public void call(List<String> events) {
            begun.release();
            mayEnd.acquireUninterruptibly();
            events.add("called");
        }
    }

    static class AtDestruction implements org.springframework.beans.factory.DisposableBean {

        final CompletableFuture<String> result = new CompletableFuture<>();
        private final Mails mails;

        AtDestruction(Mails mails) {
            this.mails = mails;
        }

        @Override
        public void destroy() throws Exception {
            result.complete(mails.sendNow().get());
        }
    }

    static class Handler implements AsyncConfigurer {

        private final List<String> uncaught;

        Handler(List<String> uncaught) {
            this.uncaught = uncaught;
        }

        @Override
        public AsyncUncaughtExceptionHandler getAsyncUncaughtExceptionHandler() {
            return (failure, method, parameters) -> uncaught.add(failure.getMessage() + " in " + method.getName());
        }
    }
}
