// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;

/** A token created as an operator's subscriber creates it: by extending the class. */
final class SubscriberToken extends TaskToken {

    SubscriberToken(TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
    }
}
