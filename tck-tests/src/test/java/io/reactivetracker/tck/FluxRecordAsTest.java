// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;

import io.reactivetracker.recorder.TaskRecorder;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** A flux as a recorded task. */
@Test
@Skipped(message = "is already running", because = "a second subscription is refused while the first one runs")
public class FluxRecordAsTest extends TrackerVerification<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements).transform(recordAs(TaskRecorder.create(), "key"));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flux.<Long>error(new IllegalStateException("failed")).transform(recordAs(TaskRecorder.create(), "key"));
    }
}
