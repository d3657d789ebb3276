// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A task that is held ends once: with its last release. */
class IssuedTaskTest {

    private final TaskGroup orders = TaskGroup.builder("orders").build();
    private final GroupTask task = GroupTask.issue(orders, TaskOptions.named("ship"), () -> null);
    private final CountingBody body = new CountingBody();
    private final List<Runnable> releases = new ArrayList<>();

    private void hold() {
        task.runCancel(() -> releases.add(Objects.requireNonNull(CancelledTask.hold())));
    }

    @Test
    void theBodyIsToldOfTheEndThoughTheTaskIsEndedAgainWhileItIsHeld() {
        assertThat(task.start(body)).isTrue();
        hold();
        assertThat(task.end(Outcome.CANCELLED)).isTrue();
        assertThat(task.end(Outcome.FAILED)).isFalse();
        assertThat(body.ends).isZero();

        releases.get(0).run();
        assertThat(body.ends).isOne();
        assertThat(orders.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
        assertThat(task.end(Outcome.FAILED)).isFalse();
        assertThat(body.ends).isOne();
    }

    @Test
    void aReleaseThatIsRunTwiceReleasesOneHold() {
        assertThat(task.start(body)).isTrue();
        hold();
        hold();
        assertThat(task.end(Outcome.CANCELLED)).isTrue();
        releases.get(0).run();
        releases.get(0).run();
        assertThat(orders.counts()).isEqualTo(TaskCounts.none().withActive(1));

        releases.get(1).run();
        assertThat(orders.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
        assertThat(body.ends).isOne();
    }

    private static final class CountingBody implements TaskBody {

        private int ends;

        @Override
        public void attempt() {}

        @Override
        public void fail(Throwable error) {}

        @Override
        public void cancelTask() {}

        @Override
        public void taskEnded() {
            ends++;
        }
    }
}
