// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.reactive.RedisScriptingReactiveCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** Runs scripts on the keys of one namespace; each has a time limit, and answers in a thread that is not the connection's. */
final class Server {

    /** Each after twice the time of the one before: together half a second or so. */
    private static final int MOST_RETRIES = 5;

    private final RedisScriptingReactiveCommands<byte[], byte[]> commands;
    private final byte[][] keys;
    private final Duration timeLimit;
    private final Scheduler scheduler;

    Server(
            RedisScriptingReactiveCommands<byte[], byte[]> commands,
            String namespace,
            Duration timeLimit,
            Scheduler scheduler) {
        this.commands = commands;
        this.timeLimit = timeLimit;
        this.scheduler = scheduler;
        this.keys = Stream.of("records", "running", "revoking", "succeeded", "failed", "settlements", "fence")
                .map(name -> bytes(prefix(namespace) + name))
                .toArray(byte[][]::new);
    }

    /**
     * What all names of a namespace begin with.
     *
     * <p>In braces, what a cluster chooses the slot by: a script can have keys of one slot only.
     */
    static String prefix(String namespace) {
        return "reactive-tracker:{" + namespace + "}:";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Sends a script now; its answer may come at any time, and in the connection's thread.
     *
     * <p>The client sends again by itself what was not answered when a connection was closed. But if it was reset, which it is by
     * a server that closes it before it has read all that was sent, the client fails the command that has waited longest, by
     * the {@code IOException} of the socket, whether or not the server has run it. All scripts can be sent again, so that is
     * done here too, until the connection should be there again.
     */
    CompletableFuture<List<Object>> send(Script script, byte[]... arguments) {
        return script.run(commands, keys, arguments).retryWhen(retry()).toFuture();
    }

    /** For a command that can be sent again; in a moment, for at once it would meet the same broken connection. */
    static Retry retry() {
        return Retry.backoff(MOST_RETRIES, Duration.ofMillis(10))
                .filter(failure -> !(failure instanceof RedisCommandExecutionException))
                .onRetryExhaustedThrow((retries, last) -> last.failure());
    }

    /** The answer, or a failure when the time is up: the script may be run all the same. */
    CompletableFuture<List<Object>> answer(CompletableFuture<List<Object>> sent) {
        return Mono.fromFuture(sent, true)
                .timeout(
                        timeLimit,
                        Mono.error(() -> new TimeoutException("Redis gave no answer within " + timeLimit
                                + "; what it was asked for may still happen")),
                        Schedulers.parallel())
                .publishOn(scheduler)
                .toFuture();
    }

    CompletableFuture<List<Object>> run(Script script, byte[]... arguments) {
        return answer(send(script, arguments));
    }
}
