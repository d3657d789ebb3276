// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.TaskHandle;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The starter in contexts that stop, pause, fail, or are closed again. */
@ExtendWith(OutputCaptureExtension.class)
class ContextLifecycleTest {

    private static final AutoConfigurations STARTER =
            AutoConfigurations.of(LifecycleAutoConfiguration.class, ReactiveTrackerAutoConfiguration.class);

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(STARTER)
            // A short grace period for the tests, and a wait that is long enough for a slow machine.
            .withPropertyValues(
                    "spring.lifecycle.timeout-per-shutdown-phase=2m",
                    "reactive-tracker.shutdown.grace=100ms",
                    "reactive-tracker.shutdown.cancel-wait=1m");

    @Test
    void aContextThatIsClosedTwiceIsClosedOnce(CapturedOutput log) {
        application.run(context -> {
            context.close();
            context.close();
        });
        assertThat(log.getOut().lines().filter(line -> line.contains("drained in")))
                .hasSize(1);
        assertThat(log).doesNotContain("WARN").doesNotContain("ERROR");
    }

    @Test
    void aGroupThatWasClosedByHandHoldsNothingUp(CapturedOutput log) {
        application.run(
                context -> assertThat(context.getBean(TaskGroup.class).close()).isTrue());
        assertThat(log).contains("drained in 0.0 s").doesNotContain("WARN");
    }

    @Test
    void aTaskThatHangsIsCancelledAndNamed(CapturedOutput log) {
        application.run(context -> {
            TaskHandle<?> unused =
                    spawn(context.getBean(TaskGroup.class), Mono.never().name("ship order-17"));
        });
        assertThat(log)
                .contains("group \"application\" cancels 1 task that did not end within 0.1 s")
                .containsPattern("cancelled: ship order-17 #\\d+ of group \"application\", running, ")
                .doesNotContain("still running after timeout");
    }

    @Test
    void aContextThatIsOnlyStoppedKeepsItsGroupOpen(CapturedOutput log) {
        application.run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            context.stop();
            assertThat(group.isClosed()).isFalse();
            assertThat(log).contains("the application context was stopped but not closed");
            context.start();
            TaskHandle<?> task = spawn(group, Mono.never());
            task.abort();
            context.stop();
            context.close();
            assertThat(group.isClosed()).isTrue();
        });
        assertThat(log).contains("drained in");
    }

    @Test
    void aPauseDoesNotTouchTheGroup(CapturedOutput log) {
        application.run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .pause();
            assertThat(group.isClosed()).isFalse();
            assertThat(log).doesNotContain("stopped and not closed");
        });
    }

    @Test
    void theCloseOfAChildContextLeavesTheParentsGroupOpen() {
        application.run(parent -> {
            application.withParent(parent).run(child -> assertThat(child).hasSingleBean(DrainLifecycle.class));
            assertThat(parent.getBean(TaskGroup.class).isClosed()).isFalse();
        });
    }

    @Test
    void aPhaseThatLeavesNoTimeIsWarnedOfAtTheStart(CapturedOutput log) {
        ApplicationContextRunner bare = new ApplicationContextRunner().withConfiguration(STARTER);
        bare.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=0s")
                .run(context -> assertThat(log)
                        .contains("WARN")
                        .contains("spring.lifecycle.timeout-per-shutdown-phase is 0.0 s, which leaves no grace")
                        .contains("Increase it, for example to 30s, or set reactive-tracker.shutdown.grace"));
    }

    @Test
    void aPhaseThatLeavesNoTimeIsNoMatterIfTheGraceIsSet(CapturedOutput log) {
        new ApplicationContextRunner()
                .withConfiguration(STARTER)
                .withPropertyValues(
                        "spring.lifecycle.timeout-per-shutdown-phase=0s", "reactive-tracker.shutdown.grace=0")
                .run(context -> assertThat(log).doesNotContain("WARN"));
    }

    @Test
    void aPhaseAboveThatOfAWebServerThatDoesNotWaitIsWarnedOfAtTheStart(CapturedOutput log) {
        application
                .withPropertyValues("reactive-tracker.shutdown.phase=" + Integer.MAX_VALUE, "server.shutdown=immediate")
                .run(context -> {
                    assertThat(context.getBean(DrainLifecycle.class).getPhase()).isEqualTo(Integer.MAX_VALUE);
                    assertThat(log).contains("reactive-tracker.shutdown.phase is 2147483647, and server.shutdown");
                });
    }

    @Test
    void aPhaseAboveThatOfAWebServerThatWaitsIsNoMatter(CapturedOutput log) {
        application
                .withPropertyValues("reactive-tracker.shutdown.phase=2147482367")
                .run(context -> assertThat(log).doesNotContain("WARN"));
    }

    @Test
    void theDefaultsWarnOfNothing(CapturedOutput log) {
        new ApplicationContextRunner()
                .withConfiguration(STARTER)
                .run(context -> assertThat(context.getBean(DrainLifecycle.class).getPhase())
                        .isEqualTo(DrainLifecycle.DEFAULT_PHASE_OF_DRAIN));
        assertThat(log).doesNotContain("WARN");
    }

    @Test
    void theTimeOfAPhaseDoesNotCutTheGraceOff(CapturedOutput log) {
        application
                .withPropertyValues(
                        "spring.lifecycle.timeout-per-shutdown-phase=1ms", "reactive-tracker.shutdown.grace=1h")
                .run(context -> {
                    TaskGroup group = context.getBean(TaskGroup.class);
                    TaskHandle<?> unused =
                            spawn(group, endsAfterTheCloseOf(group).then(Mono.delay(Duration.ofMillis(300))));
                });
        assertThat(log)
                .contains("1 completed, 0 failed, 0 cancelled, 0 timed out, 0 rejected, 0 stuck")
                .doesNotContain("still running after timeout");
    }

    @Test
    void aTaskWhoseCancelBlocksDelaysTheCancelOfNoOther(CapturedOutput log) {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch othersAreCancelled = new CountDownLatch(3);
        CompletableFuture<Boolean> others = new CompletableFuture<>();
        application
                .withPropertyValues("reactive-tracker.shutdown.cancel-wait=2s")
                .run(context -> {
                    TaskGroup group = context.getBean(TaskGroup.class);
                    TaskHandle<?> unusedBlocked = spawn(
                            group,
                            Mono.never()
                                    .doOnCancel(() -> {
                                        others.complete(awaitsAtMostAMinute(othersAreCancelled));
                                        boolean unused = awaitsAtMostAMinute(release);
                                    })
                                    .name("cancel blocks"));
                    for (int task = 0; task < 3; task++) {
                        TaskHandle<?> unused = spawn(
                                group,
                                Mono.never()
                                        .doOnCancel(othersAreCancelled::countDown)
                                        .name("other"));
                    }
                });
        release.countDown();
        assertThat(others).succeedsWithin(Duration.ofMinutes(2)).isEqualTo(true);
        assertThat(log).contains("1 stuck").containsPattern("stuck: cancel blocks #\\d+ ");
    }

    @Test
    void retriesThatBlockKeepNoShutdownFromItsEnd(CapturedOutput log) {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(16);
        application
                .withPropertyValues("reactive-tracker.shutdown.cancel-wait=100ms")
                .withBean(
                        TaskGroupCustomizer.class,
                        () -> builder -> builder.onError(ErrorPolicy.retry(3, Backoff.fixed(Duration.ofMillis(1)))))
                .run(context -> {
                    TaskGroup group = context.getBean(TaskGroup.class);
                    for (int task = 0; task < 16; task++) {
                        AtomicInteger attempts = new AtomicInteger();
                        TaskHandle<?> unused = spawn(group, Mono.fromRunnable(() -> {
                            if (attempts.getAndIncrement() == 0) {
                                throw new IllegalStateException("the first attempt fails");
                            }
                            blocked.countDown();
                            boolean unusedIsReleased = awaitsAtMostAMinute(release);
                        }));
                    }
                    assertThat(awaitsAtMostAMinute(blocked))
                            .as("all attempts run")
                            .isTrue();
                });
        assertThat(log).contains("group \"application\" cancels 16 tasks").contains(" stuck");
        release.countDown();
    }

    @Test
    void aStartThatFailsBeforeTheEndOfItIsNoHang(CapturedOutput log) {
        List<TaskGroup> made = new ArrayList<>();
        application
                .withInitializer(context -> context.getBeanFactory().addBeanPostProcessor(new BeanPostProcessor() {
                    @Override
                    public Object postProcessAfterInitialization(Object bean, String name) {
                        if (bean instanceof TaskGroup group) {
                            made.add(group);
                            TaskHandle<?> unused = spawn(group, Mono.never());
                        }
                        if (name.equals("drainLifecycle")) {
                            throw new IllegalStateException("no database");
                        }
                        return bean;
                    }
                }))
                .run(context -> assertThat(context).getFailure().hasMessageContaining("no database"));
        assertThat(made)
                .singleElement()
                .satisfies(group -> assertThat(group.isClosed())
                        .as("destroyed with the other beans")
                        .isTrue());
        assertThat(log).doesNotContain("drained");
    }

    @Test
    void aPortThatIsTakenFailsTheStartAndTheTasksOfTheStartAreWaitedFor(CapturedOutput log) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<TaskGroup> made = new ArrayList<>();
            assertThatThrownBy(() -> new SpringApplicationBuilder(Application.class)
                            .web(WebApplicationType.REACTIVE)
                            .initializers(context -> context.addBeanFactoryPostProcessor(beans ->
                                    beans.addBeanPostProcessor(new BeanPostProcessor() {
                                        @Override
                                        public Object postProcessAfterInitialization(Object bean, String name) {
                                            if (bean instanceof TaskGroup group) {
                                                made.add(group);
                                                TaskHandle<?> unused = spawn(group, endsAfterTheCloseOf(group));
                                            }
                                            return bean;
                                        }
                                    })))
                            .run("--server.address=127.0.0.1", "--server.port=" + taken.getLocalPort()))
                    .hasStackTraceContaining(PortInUseException.class.getName());
            assertThat(made)
                    .singleElement()
                    .satisfies(group -> assertThat(group.counts().succeeded()).isEqualTo(1));
        }
        assertThat(log).contains("1 completed, 0 failed, 0 cancelled, 0 timed out, 0 rejected, 0 stuck");
    }

    @Test
    void aChildContextThatIsReadyBeforeItsParentFailsChangesNothing(CapturedOutput log) {
        application
                .withInitializer(context -> {
                    GenericApplicationContext parent = (GenericApplicationContext) context;
                    parent.registerBean(
                            Recorder.class,
                            () -> Recorder.startedLast(() -> {
                                GenericApplicationContext child = new GenericApplicationContext(parent);
                                child.refresh();
                                throw new IllegalStateException("no database");
                            }));
                })
                .run(context -> assertThat(context).getFailure().rootCause().hasMessage("no database"));
        assertThat(log).contains("drained in 0.0 s").doesNotContain("stay open");
    }

    @Test
    void aBadValueIsToldWithoutAStackTrace(CapturedOutput log) {
        SpringApplication spring = new SpringApplication(Application.class);
        spring.setWebApplicationType(WebApplicationType.NONE);
        assertThatThrownBy(() -> spring.run("--reactive-tracker.shutdown.grace=-1s"))
                .rootCause()
                .hasMessageContaining("reactive-tracker.shutdown.grace");
        assertThat(log)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value '-1s' for configuration property 'reactive-tracker.shutdown.grace'")
                .contains("It must not be negative; 0 means not to wait.")
                .doesNotContain("at io.reactivetracker");
    }

    private static boolean awaitsAtMostAMinute(CountDownLatch latch) {
        try {
            return latch.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException interrupted) {
            return false;
        }
    }

    private static Mono<?> endsAfterTheCloseOf(TaskGroup group) {
        return Flux.interval(Duration.ofMillis(5))
                .takeUntil(tick -> group.isClosed())
                .then();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
