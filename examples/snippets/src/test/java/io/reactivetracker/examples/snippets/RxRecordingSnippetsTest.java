// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static io.reactivetracker.rxjava.RxRecording.recordAs;
import static io.reactivetracker.rxjava.RxRecording.revoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows for the recorder with RxJava. */
@SuppressWarnings("CheckReturnValue") // the recorder shows what happens to the subscription
class RxRecordingSnippetsTest {

    private final List<String> paid = new ArrayList<>();
    private final Payment payment = new Payment("payment-1");

    private Single<String> pay(Payment what) {
        return pay(what, 0);
    }

    private Single<String> pay(Payment what, long fence) {
        return Single.fromCallable(() -> {
            paid.add(what.id() + " " + fence);
            return "receipt";
        });
    }

    private Completable refund(Payment what) {
        return Completable.fromAction(() -> paid.add("refunded " + what.id()));
    }

    private record Payment(String id) {}

    @Test
    void anIdempotentPayment() {
        TaskRecorder<String> payments = TaskRecorder.create();
        // spotless:off
        pay(payment).compose(recordAs(payments, payment.id())).subscribe(); // a Single, or any of the five types
        revoke(payments, payment.id(), refund(payment)).subscribe();
        // spotless:on
        assertThat(paid).containsExactly("payment-1 0", "refunded payment-1");
        // spotless:off
        recordAs(payments, payment.id(), context -> pay(payment, context.fencingToken())).subscribe();
        // spotless:on
        assertThat(paid).containsExactly("payment-1 0", "refunded payment-1", "payment-1 3");
        assertThat(payments.status("payment-1").join()).isEqualTo(TaskStatus.SUCCEEDED);
    }
}
