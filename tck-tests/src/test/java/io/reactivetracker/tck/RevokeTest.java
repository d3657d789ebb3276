// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorRecording.revoke;

import io.reactivetracker.recorder.TaskRecorder;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Mono;

/** A revoke, as a mono. */
@Test
@Skipped(message = "required elements nr", because = "a revoke has no elements, it only completes")
public class RevokeTest extends TrackerVerification<Void> {

    @Override
    public long maxElementsFromPublisher() {
        return 0;
    }

    @Override
    public Publisher<Void> createPublisher(long elements) {
        TaskRecorder<String> recorder = TaskRecorder.create();
        Mono.just("paid").transform(recordAs(recorder, "key")).block();
        return revoke(recorder, "key", Mono.just("refunded"));
    }

    @Override
    public Publisher<Void> createFailedPublisher() {
        return revoke(TaskRecorder.create(), "key", Mono.just("refunded"));
    }
}
