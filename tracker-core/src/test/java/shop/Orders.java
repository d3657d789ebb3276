// SPDX-License-Identifier: Apache-2.0
package shop;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** An application whose tasks never end. Its package is not that of the library, whose frames are not reported. */
public final class Orders {

    private Orders() {}

    /** The method in which the next ones start tasks. */
    public static final String METHOD = "start";

    /** Forgets a token without a name. */
    public static void forgetToken(TaskTracker tracker) {
        start(() -> tracker.token());
    }

    /** Forgets a token with a name. */
    public static void forgetToken(TaskTracker tracker, String name) {
        start(() -> tracker.token(name));
    }

    /** Forgets what {@code tryToken} returns. */
    public static void forgetTryToken(TaskTracker tracker) {
        start(() -> tracker.tryToken());
    }

    /** Forgets what {@code tryToken} returns. */
    public static void forgetTryToken(TaskTracker tracker, String name) {
        start(() -> tracker.tryToken(name));
    }

    /** Forgets the token of an adapter. */
    public static void forgetSubscription(TaskTracker tracker, TaskOptions options) {
        start(() -> new TaskToken(tracker, options) {});
    }

    /** Forgets a stage that nobody completes. */
    public static void forgetStage(TaskTracker tracker) {
        start(() -> tracker.track(new CompletableFuture<>()));
    }

    /** Executes a command that the executor discards. */
    public static void discard(TaskTracker tracker) {
        Executor discarding = command -> {};
        start(() -> tracker.wrap(discarding).execute(() -> {}));
    }

    private static void start(Runnable task) {
        task.run();
    }
}
