// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskWatchdog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows for groups. */
class GroupSnippetsTest {

    private final Duration first = Duration.ofMillis(100);
    private final Duration max = Duration.ofSeconds(10);
    private final String mail = "mail-1";

    private CompletionStage<Receipt> sendAsync(String what) {
        return CompletableFuture.completedFuture(new Receipt(what));
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // as one may in an example
    void theGroup() throws Exception {
        // spotless:off
        TaskGroup orders = TaskGroup.builder("orders")
                .admission(Admission.concurrency(64))
                .onError(ErrorPolicy.retry(3, Backoff.exponential(first, max).jitter(0.5)))
                .build();
        TaskGroup mails = orders.child("mails");

        mails.submit(TaskOptions.named("welcome"), task -> sendAsync(mail));

        orders.closeAndDrain().await(); // refuses new tasks, and waits for those of orders and mails
        // spotless:on
        assertThat(orders.counts().succeeded()).isOne();
    }

    @Test
    void watchdog() {
        TaskGroup orders = TaskGroup.builder("orders").build();
        // spotless:off
        TaskWatchdog watchdog = TaskWatchdog.start(orders, Duration.ofSeconds(30));
        // spotless:on
        watchdog.close();
        assertThat(orders.overdueTasks()).isZero();
    }

    private record Receipt(String order) {}
}
