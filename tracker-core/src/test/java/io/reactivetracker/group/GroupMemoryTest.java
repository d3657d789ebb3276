// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.GraphLayout;

class GroupMemoryTest {

    private final ManualTimer timer = new ManualTimer();
    private final TaskGroup group = DirectGroups.builder("orders")
            .timer(timer)
            .admission(Admission.concurrency(1))
            .build();

    private long size() {
        return GraphLayout.parseInstance(group).totalSize();
    }

    private void run(TaskGroup where) {
        assertThat(where.submit(TaskOptions.defaults(), task -> CompletableFuture.completedFuture("done")))
                .isCompletedWithValue("done");
    }

    @Test
    void keepsNothingOfTasksThatHaveEnded() {
        run(group);
        long before = size();
        for (int i = 0; i < 1_000; i++) {
            run(group);
        }
        assertThat(size()).isEqualTo(before);
    }

    @Test
    void keepsNothingOfTasksThatWereCancelledInTheQueue() {
        HeldWork running = HeldWork.in(group, "running");
        HeldWork.in(group, "queued").future().cancel(false);
        long before = size();
        for (int i = 0; i < 1_000; i++) {
            HeldWork.in(group, "queued").future().cancel(false);
        }
        assertThat(size()).isEqualTo(before);
        running.succeed();
    }

    @Test
    void keepsNothingOfTasksWithATimeLimit() {
        TaskGroup limited =
                group.childBuilder("limited").timeout(Duration.ofSeconds(4)).build();
        run(limited);
        long before = size();
        for (int i = 0; i < 1_000; i++) {
            run(limited);
        }
        assertThat(size()).isEqualTo(before);
        assertThat(timer.pending()).isZero();
    }

    @Test
    void aTaskWithoutATimeLimitIsNoLargerForIt() throws ClassNotFoundException {
        // Its reference to the limit is as large as the gap that its phase leaves, since that is one byte.
        Class<?> task = Class.forName("io.reactivetracker.adapter.IssuedTask");
        assertThat(ClassLayout.parseClass(task).instanceSize()).isLessThanOrEqualTo(96);
    }

    @Test
    void keepsNothingOfChildrenThatHaveEnded() {
        group.child("first").close();
        long before = size();
        for (int i = 0; i < 1_000; i++) {
            TaskGroup child = group.child("child");
            run(child);
            child.close();
        }
        assertThat(size()).isEqualTo(before);
        assertThat(group.counts().succeeded()).isEqualTo(1_000);
    }
}
