// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivex.rxjava3.internal.schedulers.NonBlockingThread;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Tells BlockHound which threads of RxJava must not block, for it knows those of the version before; and what they
 * may do all the same, as Reactor's own may: the JDK's timer takes a lock for a moment where something enters or
 * leaves it.
 */
public final class RxThreads implements BlockHoundIntegration {

    @Override
    public void applyTo(BlockHound.Builder builder) {
        String queue = ScheduledThreadPoolExecutor.class.getName() + "$DelayedWorkQueue";
        builder.nonBlockingThreadPredicate(known -> known.or(NonBlockingThread.class::isInstance))
                .allowBlockingCallsInside(queue, "offer")
                .allowBlockingCallsInside(queue, "take")
                .allowBlockingCallsInside(queue, "remove")
                .allowBlockingCallsInside(ThreadPoolExecutor.class.getName(), "processWorkerExit")
                .allowBlockingCallsInside(FutureTask.class.getName(), "handlePossibleCancellationInterrupt");
    }
}
