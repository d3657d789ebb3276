// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxRecording.recordAs;

import io.reactivetracker.recorder.TaskRecorder;
import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** A flowable as a recorded task. */
@Test
@Skipped(message = "is already running", because = "a second subscription is refused while the first one runs")
public class FlowableRecordAsTest extends TrackerVerification<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flowable(elements).compose(recordAs(TaskRecorder.create(), "key"));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flowable.<Long>error(new IllegalStateException("failed"))
                .compose(recordAs(TaskRecorder.create(), "key"));
    }
}
