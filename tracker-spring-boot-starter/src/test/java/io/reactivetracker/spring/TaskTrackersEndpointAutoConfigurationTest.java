// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.TaskGroup;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import reactor.core.publisher.Mono;

class TaskTrackersEndpointAutoConfigurationTest {

    private static final String EXPOSE = "management.endpoints.web.exposure.include=";

    private final ReactiveWebApplicationContextRunner application = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReactiveTrackerAutoConfiguration.class,
                    TaskTrackersEndpointAutoConfiguration.class,
                    EndpointAutoConfiguration.class,
                    WebEndpointAutoConfiguration.class,
                    JmxAutoConfiguration.class,
                    JmxEndpointAutoConfiguration.class));

    @Test
    void nothingIsExposedUnlessAskedFor() {
        application.run(context -> assertThat(context).doesNotHaveBean(TaskTrackersEndpoint.class));
    }

    @Test
    void itIsThereWhereItIsExposed() {
        application
                .withPropertyValues(EXPOSE + "tasktrackers")
                .run(context -> assertThat(context).hasSingleBean(TaskTrackersEndpoint.class));
        application
                .withPropertyValues(EXPOSE + "*")
                .run(context -> assertThat(context).hasSingleBean(TaskTrackersEndpoint.class));
        application
                .withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=tasktrackers")
                .run(context -> assertThat(context).hasSingleBean(TaskTrackersEndpoint.class));
    }

    @Test
    void accessToItCanBeTakenAway() {
        application
                .withPropertyValues(EXPOSE + "*", "management.endpoint.tasktrackers.access=NONE")
                .run(context -> assertThat(context).doesNotHaveBean(TaskTrackersEndpoint.class));
    }

    @Test
    void accessThatIsOnlyToReadIsEnough() {
        application
                .withPropertyValues(EXPOSE + "*", "management.endpoints.access.max-permitted=READ_ONLY")
                .run(context -> assertThat(context).hasSingleBean(TaskTrackersEndpoint.class));
    }

    @Test
    void itIsGoneWithTheRest() {
        application
                .withPropertyValues(EXPOSE + "*", "reactive-tracker.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TaskTrackersEndpoint.class));
    }

    @Test
    void aTreeThatIsDeeperThanJsonIsCutAndSaysSo() {
        TaskGroup top = TaskGroup.builder("top").build();
        TaskGroup group = top;
        for (int level = 0; level < 10_000; level++) {
            group = group.child("level");
        }
        GroupDescription description = GroupDescription.of(top);
        int levels = 0;
        GroupDescription.Child child = description.children().get(0);
        for (; !child.children().isEmpty(); levels++) {
            child = child.children().get(0);
        }
        assertThat(levels).isEqualTo(GroupDescription.MAX_LEVELS - 1);
        assertThat(child.omitted()).isEqualTo(1);
        assertThat(description.omitted()).isZero();
    }

    @Test
    void ofAMillionTasksTheOldestAreListed() {
        TaskGroup top = TaskGroup.builder("top").build();
        for (int task = 0; task < TaskDescription.MAX_LISTED + 5; task++) {
            var unused = spawn(top, Mono.never());
        }
        GroupDescription description = GroupDescription.of(top);
        assertThat(description.running()).hasSize(TaskDescription.MAX_LISTED);
        assertThat(description.unlisted()).isEqualTo(5);
        assertThat(description.running().get(0).id())
                .isEqualTo(top.runningTasks().get(0).id());
        assertThat(top.cancel()).isTrue();
    }

    @Test
    void aTaskIsListedWithItsOwnGroup() {
        TaskGroup top = TaskGroup.builder("top").build();
        TaskGroup middle = top.child("middle");
        var unused = spawn(top, Mono.never().name("a"));
        unused = spawn(middle.child("bottom"), Mono.never().name("b"));
        unused = spawn(middle, Mono.never().name("c"));
        assertThat(GroupDescription.of(top).running())
                .extracting(TaskDescription::name, TaskDescription::group)
                .containsExactly(tuple("a", "top"), tuple("b", "bottom"), tuple("c", "middle"));
        assertThat(GroupDescription.of(middle).running())
                .extracting(TaskDescription::group)
                .containsExactly("bottom", "middle");
        assertThat(top.cancel()).isTrue();
    }

    @Test
    void theStateIsThatOfTheTree() {
        TaskGroup open = TaskGroup.builder("open").build();
        TaskGroup closing = TaskGroup.builder("closing").build();
        TaskGroup cancelled = TaskGroup.builder("cancelled").build();
        TaskGroup drained = TaskGroup.builder("drained").build();
        TaskGroup kept = closing.child("kept");
        var deaf = new CompletableFuture<String>();
        var unused = cancelled.submit(TaskOptions.defaults(), task -> deaf);
        assertThat(closing.close() && cancelled.cancel() && drained.close()).isTrue();
        assertThat(kept.isClosed()).isFalse();
        Map<TaskGroup, TrackedState> states = Map.of(
                open, TrackedState.OPEN,
                closing, TrackedState.CLOSING,
                cancelled, TrackedState.CANCELLED,
                drained, TrackedState.DRAINED);
        states.forEach(
                (group, state) -> assertThat(GroupDescription.of(group).state()).isEqualTo(state));
        assertThat(deaf.complete("")).isTrue();
    }
}
