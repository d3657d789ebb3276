// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.concurrent.atomic.LongAdder;

/** Counts what one recorder does. An event takes an addition, and no lock. */
final class RecorderTally {

    private final LongAdder[] numbers = new LongAdder[RecorderEvent.COUNT];

    RecorderTally() {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = new LongAdder();
        }
    }

    @SuppressWarnings("EnumOrdinal") // an index into an array of this process
    void add(RecorderEvent event) {
        numbers[event.ordinal()].increment();
    }

    /** Reads the ends before the beginnings, so that no task has ended without having begun. */
    RecorderCounts counts() {
        long[] now = new long[numbers.length];
        for (int i = now.length - 1; i >= 0; i--) {
            now[i] = numbers[i].sum();
        }
        return new RecorderCounts(now);
    }
}
