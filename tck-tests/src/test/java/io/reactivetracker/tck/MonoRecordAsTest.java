// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;

import io.reactivetracker.recorder.TaskRecorder;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Mono;

/** A mono as a recorded task. */
@Test
@Skipped(message = "is already running", because = "a second subscription is refused while the first one runs")
@Skipped(message = "required elements nr", because = "a Mono has one element at most")
public class MonoRecordAsTest extends TrackerVerification<Long> {

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Mono.justOrEmpty(elements == 0 ? null : elements).transform(recordAs(TaskRecorder.create(), "key"));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Mono.<Long>error(new IllegalStateException("failed")).transform(recordAs(TaskRecorder.create(), "key"));
    }
}
