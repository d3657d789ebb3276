// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.test.ModelCheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** While no task starts or ends, the size is exact, even if stripes are added or folded. */
class StripedSizeModelTest {

    @Test
    void isTheSameInEveryInterleaving() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .iterations(ModelCheck.iterations())
                .invocationsPerIteration(ModelCheck.invocations())
                .sequentialSpecification(Two.class)
                .check(TwoTasks.class);
    }

    /** The steps. */
    public abstract static class Steps {

        Steps() {}

        @Operation
        public abstract long size();

        @Operation
        public abstract void close();

        @Operation
        public abstract void reopenAndStripe();
    }

    /** A tracker that counts two tasks, one in its word and one in a stripe. */
    public static class TwoTasks extends Steps {

        private final TaskCount count = new TaskCount(new StateWord());

        /** Called by Lincheck for each interleaving. */
        public TwoTasks() {
            count.acquire();
            count.stripe();
            count.acquire();
        }

        @Override
        public long size() {
            return count.size();
        }

        @Override
        public void close() {
            count.close();
        }

        @Override
        public void reopenAndStripe() {
            count.reopen();
            count.stripe();
        }
    }

    /** The specification of its size. */
    public static class Two extends Steps {

        /** Called by Lincheck for each interleaving. */
        public Two() {}

        @Override
        public long size() {
            return 2;
        }

        @Override
        public void close() {}

        @Override
        public void reopenAndStripe() {}
    }
}
