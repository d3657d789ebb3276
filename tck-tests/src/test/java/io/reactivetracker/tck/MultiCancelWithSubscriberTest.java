// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.mutiny.MutinyTracking.cancelWith;

import io.reactivetracker.CancellationToken;
import io.smallrye.mutiny.Multi;
import java.util.function.UnaryOperator;
import org.testng.annotations.Test;

/** The subscriber of a multi that a token can cancel. */
@Test
public class MultiCancelWithSubscriberTest extends FlowSubscriberVerification {

    @Override
    UnaryOperator<Multi<Integer>> operator() {
        return cancelWith(CancellationToken.create());
    }
}
