// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorRecording.revoke;
import static io.reactivetracker.recorder.RecordOptions.orJoin;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** The code that the documentation shows for the recorder with Reactor. */
class ReactorRecordingSnippetsTest {

    private final List<String> paid = new ArrayList<>();
    private final Payment payment = new Payment("payment-1");

    private Mono<String> pay(Payment what) {
        return pay(what, 0);
    }

    private Mono<String> pay(Payment what, long fence) {
        return Mono.fromCallable(() -> {
            paid.add(what.id() + " " + fence);
            return "receipt";
        });
    }

    private Mono<Void> refund(Payment what) {
        return Mono.fromRunnable(() -> paid.add("refunded " + what.id()));
    }

    private record Payment(String id) {}

    @Test
    void anIdempotentPayment() {
        // spotless:off
        TaskRecorder<String> payments = TaskRecorder.create();

        pay(payment).transform(recordAs(payments, payment.id())).subscribe();
        // spotless:on
        assertThat(paid).containsExactly("payment-1 0");
        // spotless:off
        pay(payment).transform(recordAs(payments, payment.id(), orJoin())).subscribe(); // empty once it has succeeded
        revoke(payments, payment.id(), refund(payment)).subscribe(); // then it may be paid again
        // spotless:on
        assertThat(paid).containsExactly("payment-1 0", "refunded payment-1");
        // spotless:off
        recordAs(payments, payment.id(), context -> pay(payment, context.fencingToken())).subscribe();
        // spotless:on
        assertThat(paid).containsExactly("payment-1 0", "refunded payment-1", "payment-1 3");
        assertThat(payments.status("payment-1").join()).isEqualTo(TaskStatus.SUCCEEDED);
    }
}
