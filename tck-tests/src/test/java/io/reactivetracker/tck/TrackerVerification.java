// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import io.reactivetracker.TaskTracker;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;

/**
 * The common part of all verifications of publishers: timeouts, a tracker, and the check that each skip has a reason.
 */
abstract class TrackerVerification<T> extends PublisherVerification<T> {

    // The maximum wait for an expected signal: it costs time only when a rule is broken.
    private static final long SIGNAL_MILLIS = 10_000;

    // How long to wait for a signal that must not arrive.
    private static final long NO_SIGNAL_MILLIS = 50;

    private static final long POLL_MILLIS = 5;

    static final long GARBAGE_COLLECTION_MILLIS = 500;

    final TaskTracker tracker = TaskTracker.create("tck");

    TrackerVerification() {
        super(environment(), GARBAGE_COLLECTION_MILLIS);
    }

    static TestEnvironment environment() {
        return new TestEnvironment(SIGNAL_MILLIS, NO_SIGNAL_MILLIS, POLL_MILLIS);
    }

    @AfterClass
    public void everySkippedRuleHasAReason() {
        ReasonedSkips.assertNoneWithoutReason();
    }
}
