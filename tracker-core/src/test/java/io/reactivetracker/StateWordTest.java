// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StateWordTest {

    private static final long CLOSED_AND_EMPTY = 1;

    /** The state of a word right after an addition has ended the last task. */
    @Nested
    class Unsettled {

        private final StateWord word = new StateWord(CLOSED_AND_EMPTY);

        @Test
        void isDrainedForEachReader() {
            long read = word.read();
            assertThat(StateWord.isDrained(read)).isTrue();
            assertThat(StateWord.epoch(read)).isOne();
            assertThat(word.read()).isEqualTo(read);
        }

        @Test
        void wasNotDrainedIfATaskIsFasterThanAllReaders() {
            assertThat(word.acquire()).isTrue();
            assertThat(StateWord.epoch(word.read())).isZero();
            assertThat(StateWord.count(word.read())).isOne();
            assertThat(word.release()).isEqualTo(StateWord.Release.MAY_HAVE_DRAINED);
            assertThat(StateWord.epoch(word.read())).isOne();
        }

        @Test
        void wasNotDrainedIfAReopenIsFasterThanAllReaders() {
            assertThat(word.reopen()).isTrue();
            assertThat(word.read()).isZero();
        }
    }

    @Nested
    class Drained {

        private final StateWord word = new StateWord();

        @Test
        void isNotSoAnyMoreOnceATaskIsAcquiredAndIsSoOnceMoreWhenThatHasEnded() {
            assertThat(StateWord.isDrained(word.close(0))).isTrue();
            for (int epoch = 1; epoch < 5; epoch++) {
                assertThat(StateWord.isDrained(word.read())).isTrue();
                assertThat(StateWord.epoch(word.read())).isEqualTo(epoch);
                word.acquire();
                assertThat(StateWord.isDrained(word.read())).isFalse();
                assertThat(StateWord.epoch(word.read())).isEqualTo(epoch);
                word.release();
            }
        }

        @Test
        void isNotSoAnyMoreOnceReopened() {
            word.close(0);
            assertThat(word.reopen()).isTrue();
            assertThat(StateWord.isClosed(word.read())).isFalse();
            assertThat(StateWord.isDrained(word.read())).isFalse();
            assertThat(StateWord.epoch(word.read())).isOne();
            assertThat(word.reopen()).isFalse();
        }
    }

    @Nested
    class BelowZero {

        @Test
        void isGivenBackByTheCloseThatBringsTheTasks() {
            StateWord word = new StateWord(7L << 33);
            word.release();
            word.release();
            assertThat(StateWord.count(word.read())).isEqualTo(-2);
            assertThat(StateWord.epoch(word.read())).isEqualTo(7);
            assertThat(StateWord.isClosed(word.read())).isFalse();
            long closed = word.close(3);
            assertThat(StateWord.isClosed(closed)).isTrue();
            assertThat(StateWord.isDrained(closed)).isFalse();
            assertThat(StateWord.count(word.read())).isOne();
            assertThat(StateWord.epoch(word.read())).isEqualTo(7);
            word.release();
            assertThat(StateWord.epoch(word.read())).isEqualTo(8);
            assertThat(StateWord.isDrained(word.read())).isTrue();
        }

        @Test
        void isDrainedByACloseThatBringsAsMany() {
            StateWord word = new StateWord(7L << 33);
            word.release();
            assertThat(StateWord.isDrained(word.close(1))).isTrue();
            assertThat(StateWord.epoch(word.read())).isEqualTo(8);
        }
    }
}
