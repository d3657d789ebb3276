// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static io.reactivetracker.recorder.RecordOptions.orJoin;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows for the recorder, in plain Java. */
@SuppressWarnings("FutureReturnValueIgnored") // as one may in an example
class RecorderSnippetsTest {

    private final List<String> done = new ArrayList<>();

    private CompletionStage<Receipt> pay(Payment payment) {
        done.add("paid " + payment.id());
        return CompletableFuture.completedFuture(new Receipt(payment.id()));
    }

    private CompletionStage<Receipt> pay(Payment payment, long fence) {
        done.add("fence " + fence);
        return pay(payment);
    }

    private CompletionStage<Receipt> refund(Payment payment) {
        done.add("refunded " + payment.id());
        return CompletableFuture.completedFuture(new Receipt(payment.id()));
    }

    private void answer(@Nullable Receipt receipt, @Nullable Throwable refused) {
        done.add(receipt == null ? "refused" : "receipt of " + receipt.of());
        if (refused != null) {
            assertThat(refused).isInstanceOf(TaskAlreadyRecordedException.class);
        }
    }

    @Test
    void thePaymentThatComesTwice() {
        List<Payment> requests = List.of(new Payment("one"), new Payment("one"));
        // spotless:off
        TaskRecorder<String> payments = TaskRecorder.create();

        // spotless:on
        for (Payment payment : requests) {
            // spotless:off
            payments.record(payment.id(), context -> pay(payment)) // begins if none has begun or the last failed
                    .whenComplete((receipt, refused) -> answer(receipt, refused));
            // spotless:on
        }
        assertThat(done).containsExactly("paid one", "receipt of one", "refused");
    }

    @Test
    void theRest() {
        TaskRecorder<String> payments = TaskRecorder.create();
        Payment payment = new Payment("one");
        // spotless:off
        payments.record(payment.id(), orJoin(), context -> pay(payment));
        // spotless:on
        payments.forget(payment.id());
        // spotless:off
        payments.record(payment.id(), orJoin(), context -> pay(payment)); // joins a running one
        payments.revoke(payment.id(), context -> refund(payment)); // then it may be paid again

        payments.record(payment.id(), context -> pay(payment, context.fencingToken())); // excludes a late owner
        // spotless:on
        assertThat(done).containsExactly("paid one", "paid one", "refunded one", "fence 4", "paid one");
        // spotless:off
        payments.status(payment.id()); // NOT_FOUND, RUNNING, SUCCEEDED, FAILED or REVOKING
        payments.whenSettled(payment.id()); // completes when no task of the key runs
        payments.keys(TaskStatus.FAILED);
        // spotless:on
        assertThat(payments.status(payment.id())).isCompletedWithValue(TaskStatus.SUCCEEDED);
        assertThat(payments.keys(TaskStatus.FAILED).join()).isEmpty();
    }

    private record Payment(String id) {}

    private record Receipt(String of) {}
}
