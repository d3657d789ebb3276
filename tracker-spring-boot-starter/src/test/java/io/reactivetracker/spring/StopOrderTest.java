// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.TaskHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.Lifecycle;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Beans of all phases around a drain: a bean that tasks may need does not stop before the drain is over. */
@ExtendWith(OutputCaptureExtension.class)
class StopOrderTest {

    private static final int OURS = DrainLifecycle.DEFAULT_PHASE_OF_DRAIN;

    private final List<String> events = new CopyOnWriteArrayList<>();

    @Test
    void aNeighbourWhosePhaseSpringEndsEarlyTakesNothingFromTheDrain() {
        // The neighbour's dependents stop with it, and are counted in a phase other than their own.
        close(Neighbours.class);
        assertThat(events).hasSize(4).startsWith("task ended").contains("neighbour stopped", "dependent stopped");
    }

    @Test
    void aBeanThatIsStoppedAheadOfItsPhaseStopsAfterTheDrain() {
        close(AheadOfItsPhase.class);
        assertThat(events).containsExactly("task ended", "pool stopped", "what the pool depends on stopped");
    }

    @Test
    void aBeanOfAHigherPhaseThatTasksNeedStopsAfterTheDrain() {
        close(NeededInTheDefaultPhase.class);
        assertThat(events).containsExactly("task ended", "client stopped");
    }

    @Test
    void whatBringsTasksInStopsBeforeTheDrain() {
        close(BringsTasks.class);
        assertThat(events).containsExactly("listener stopped", "task ended");
    }

    @Test
    void beansThatThrowOrNeverCallBackTakeNothingFromTheDrain(CapturedOutput log) {
        close(Unruly.class);
        assertThat(events)
                .containsExactlyInAnyOrder(
                        "task ended", "thrown at the end", "plain stopped", "never calls back", "throws");
        assertThat(events.indexOf("thrown at the end")).isLessThan(events.indexOf("task ended"));
        assertThat(events.subList(2, 5)).doesNotContain("task ended");
        assertThat(log).contains("1 completed, 0 failed, 0 cancelled, 0 timed out, 0 rejected, 0 stuck");
    }

    @Test
    void aStopThatIsNoCloseLeavesTheOrderAlone() {
        application(NeededInTheDefaultPhase.class).run(context -> {
            context.stop();
            assertThat(events).containsExactly("client stopped");
            assertThat(context.getBeanFactory().getDependentBeans("client")).doesNotContain("drainLifecycle");
            events.clear();
            context.start();
        });
        assertThat(events).containsExactly("client stopped");
    }

    private void close(Class<?> configuration) {
        application(configuration).run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            TaskHandle<?> unused = spawn(
                    group,
                    Flux.interval(Duration.ofMillis(5))
                            .takeUntil(tick -> group.isClosed())
                            // Long enough to detect a bean that does not wait.
                            .then(Mono.delay(Duration.ofMillis(300)))
                            .doOnNext(end -> events.add("task ended")));
        });
    }

    private ApplicationContextRunner application(Class<?> configuration) {
        return new ApplicationContextRunner()
                .withPropertyValues(
                        "spring.lifecycle.timeout-per-shutdown-phase=100ms", "reactive-tracker.shutdown.grace=2m")
                .withBean(StopOrderTest.class, () -> this)
                .withUserConfiguration(configuration)
                .withConfiguration(AutoConfigurations.of(
                        LifecycleAutoConfiguration.class, ReactiveTrackerAutoConfiguration.class));
    }

    private Recorder recorder(int phase, String event) {
        return new Recorder(events, phase, () -> event);
    }

    @Configuration(proxyBeanMethods = false)
    static class Neighbours {

        @Bean
        Recorder neighbour(StopOrderTest test) {
            return test.recorder(OURS, "neighbour stopped");
        }

        @Bean
        Recorder dependent(StopOrderTest test, @Qualifier("neighbour") Recorder neighbour) {
            return test.recorder(0, "dependent stopped");
        }

        @Bean
        Recorder another(StopOrderTest test, @Qualifier("neighbour") Recorder neighbour) {
            return test.recorder(1, "another dependent stopped");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AheadOfItsPhase {

        @Bean
        Recorder high(StopOrderTest test) {
            return test.recorder(SmartLifecycle.DEFAULT_PHASE, "what the pool depends on stopped");
        }

        @Bean
        Recorder pool(StopOrderTest test, @Qualifier("high") Recorder high) {
            return test.recorder(0, "pool stopped");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NeededInTheDefaultPhase {

        @Bean
        Recorder client(StopOrderTest test) {
            return test.recorder(SmartLifecycle.DEFAULT_PHASE, "client stopped");
        }

        @Bean
        Orders orders(TaskGroup group, Recorder client) {
            return new Orders(group, client);
        }
    }

    record Orders(TaskGroup group, Recorder client) {}

    @Configuration(proxyBeanMethods = false)
    static class BringsTasks {

        @Bean
        Recorder listener(StopOrderTest test, TaskGroup group) {
            return test.recorder(SmartLifecycle.DEFAULT_PHASE, "listener stopped");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Unruly {

        @Bean
        ApplicationListener<ContextClosedEvent> throwsAtTheEnd(StopOrderTest test) {
            return event -> {
                test.events.add("thrown at the end");
                throw new IllegalStateException("a listener that fails");
            };
        }

        @Bean
        Recorder throwing(StopOrderTest test) {
            return new Recorder(test.events, OURS, () -> {
                test.events.add("throws");
                throw new IllegalStateException("a bean that fails");
            });
        }

        @Bean
        SmartLifecycle neverCallsBack(StopOrderTest test) {
            return new NeverCallsBack(test.events);
        }

        @Bean
        Lifecycle plain(StopOrderTest test) {
            return new PlainLifecycle(test.events);
        }
    }

    private static final class NeverCallsBack implements SmartLifecycle {

        private final List<String> events;

        NeverCallsBack(List<String> events) {
            this.events = events;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public void stop(Runnable callback) {
            events.add("never calls back");
        }

        @Override
        public boolean isRunning() {
            return true;
        }

        @Override
        public int getPhase() {
            return OURS;
        }
    }

    private static final class PlainLifecycle implements Lifecycle {

        private final List<String> events;

        PlainLifecycle(List<String> events) {
            this.events = events;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {
            events.add("plain stopped");
        }

        @Override
        public boolean isRunning() {
            return true;
        }
    }
}
