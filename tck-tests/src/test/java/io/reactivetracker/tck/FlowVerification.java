// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import io.reactivetracker.TaskTracker;
import io.smallrye.mutiny.Multi;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;

/** The common part of all verifications of publishers of {@code java.util.concurrent.Flow}. */
abstract class FlowVerification<T> extends FlowPublisherVerification<T> {

    final TaskTracker tracker = TaskTracker.create("tck");

    FlowVerification() {
        super(TrackerVerification.environment(), TrackerVerification.GARBAGE_COLLECTION_MILLIS);
    }

    static Multi<Long> failed() {
        return Multi.createFrom().failure(new IllegalStateException("failed"));
    }

    @AfterClass
    public void everySkippedRuleHasAReason() {
        ReasonedSkips.assertNoneWithoutReason();
    }
}
