// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/** Classes whose tests run at the same time, as a barrier ensures. They are run as tests by a test. */
final class ParallelFixtures {

    private ParallelFixtures() {}

    private static void meet(CyclicBarrier barrier) throws Exception {
        int unused = barrier.await(1, TimeUnit.MINUTES);
    }

    @ExtendWith(NoForgottenWork.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class OwnThreads {

        private static final CyclicBarrier BOTH = new CyclicBarrier(2);

        @Test
        void accepts() throws Exception {
            meet(BOTH);
            Disposable unused = Fixtures.Orders.accept();
            meet(BOTH);
        }

        @Test
        void names() throws Exception {
            meet(BOTH);
            CountDownLatch done = new CountDownLatch(1);
            Disposable unusedScheduled = Schedulers.parallel().schedule(() -> {
                Disposable unused = Fixtures.Orders.named();
                done.countDown();
            });
            done.await();
            meet(BOTH);
        }
    }

    @ExtendWith(NoForgottenWork.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class APool {

        private static final CyclicBarrier BOTH = new CyclicBarrier(2);

        @Test
        void uses() throws Exception {
            meet(BOTH);
            Object unused = OldThread.EXECUTOR.submit(Fixtures.Orders::accept).get();
            meet(BOTH);
        }

        @Test
        void runsMeanwhile() throws Exception {
            meet(BOTH);
            meet(BOTH);
        }
    }

    /** A class without the extension, which runs at the same time. */
    @Execution(ExecutionMode.CONCURRENT)
    static class Unchecked {

        static final CyclicBarrier BOTH = new CyclicBarrier(2);

        @Test
        void leaves() throws Exception {
            meet(BOTH);
            Disposable unused = Fixtures.Orders.accept();
            meet(BOTH);
        }
    }

    @ExtendWith(NoForgottenWork.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class Checked {

        @Test
        void isNotBlamed() throws Exception {
            meet(Unchecked.BOTH);
            meet(Unchecked.BOTH);
        }
    }
}
