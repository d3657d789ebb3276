// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.ConcurrencyLimit;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a task's source subscribes to shares its permit. */
class SharedLimitTest {

    private final ConcurrencyLimit limit = Admission.concurrency(1);
    private final TaskGroup orders =
            TaskGroup.builder("orders").admission(limit).executor(Runnable::run).build();
    private final TaskGroup mails = orders.child("mails");

    @Test
    void anOrderCanWaitForTasksThatItsSourceSubscribesTo() {
        Flowable.just("receipt", "invoice")
                .concatMapSingle(mail -> Single.just(mail).compose(trackWith(mails)))
                .compose(trackWith(orders))
                .test()
                .assertResult("receipt", "invoice");
        assertThat(limit.active()).isZero();
        assertThat(orders.counts().succeeded()).isEqualTo(3);
    }

    @Test
    void whatIsDownstreamOfATaskIsNoChildThoughASynchronousSourceCallsIt() {
        SingleSubject<String> answer = SingleSubject.create();
        var seen = Flowable.range(1, 3)
                .compose(trackWith(orders))
                .flatMapSingle(n -> answer.compose(trackWith(orders)))
                .test();
        assertThat(limit.active()).isOne();
        assertThat(limit.queued()).isEqualTo(2);
        answer.onSuccess("done");
        seen.assertValueCount(3).assertComplete();
        assertThat(limit.active()).isZero();
    }

    @Test
    void aTaskThatIsStartedElsewhereNamesItsParent() {
        AtomicReference<TaskContext> parent = new AtomicReference<>();
        CompletableFuture<String> held = new CompletableFuture<>();
        CompletableFuture<String> order = orders.submit(TaskOptions.named("order"), task -> {
            parent.set(task);
            return held;
        });
        Single<String> mail = Single.just("sent");
        var stranger = mail.compose(trackWith(mails)).test();
        mail.compose(trackWith(mails, TaskOptions.childOf(Objects.requireNonNull(parent.get()))))
                .test()
                .assertResult("sent");
        stranger.assertNotComplete();
        held.complete("done");
        assertThat(order).isCompletedWithValue("done");
        stranger.assertResult("sent");
    }
}
