// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxRecording.recordAs;
import static io.reactivetracker.rxjava.RxRecording.revoke;

import io.reactivetracker.recorder.TaskRecorder;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** A revoke of RxJava. */
@Test
@Skipped(message = "required elements nr", because = "a revoke has no elements, it only completes")
public class RxRevokeTest extends TrackerVerification<Void> {

    @Override
    public long maxElementsFromPublisher() {
        return 0;
    }

    @Override
    public Publisher<Void> createPublisher(long elements) {
        TaskRecorder<String> recorder = TaskRecorder.create();
        Single.just("paid").compose(recordAs(recorder, "key")).blockingSubscribe();
        return revoke(recorder, "key", Completable.complete()).toFlowable();
    }

    @Override
    public Publisher<Void> createFailedPublisher() {
        return revoke(TaskRecorder.create(), "key", Completable.complete()).toFlowable();
    }
}
