// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs scripts on the keys of one namespace, with a time limit. Replies come in the connection's threads. */
final class Server {

    /** Each delay is twice the one before it; together they are about 0.3 s. */
    private static final int MAX_RETRIES = 5;

    private static final Duration FIRST_DELAY = Duration.ofMillis(10);

    private final RedisScriptingAsyncCommands<byte[], byte[]> commands;
    private final byte[][] keys;
    private final byte[][] keysAndSettings;
    private final Duration timeLimit;
    private final TaskTimer timer = TaskTimer.system();

    Server(RedisScriptingAsyncCommands<byte[], byte[]> commands, String namespace, Duration timeLimit) {
        this.commands = commands;
        this.timeLimit = timeLimit;
        this.keys = names(namespace, "records", "running", "revoking", "succeeded", "failed", "settlements", "fence");
        this.keysAndSettings = Stream.concat(Stream.of(keys), Stream.of(names(namespace, "settings")))
                .toArray(byte[][]::new);
    }

    private static byte[][] names(String namespace, String... names) {
        return Stream.of(names).map(name -> bytes(prefix(namespace) + name)).toArray(byte[][]::new);
    }

    /**
     * Returns the prefix of all names of a namespace.
     *
     * <p>A cluster chooses the slot by the part in braces; all keys of a script must be in one slot.
     */
    static String prefix(String namespace) {
        return "reactive-tracker:{" + namespace + "}:";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Sends a script now. Its reply has no time limit; see {@link #limited}.
     *
     * <p>After a connection was closed, the client sends unanswered commands again by itself. After a reset, which a
     * server causes that closes before it has read everything, the client fails the command that has waited longest
     * with the {@code IOException} of the socket, whether or not the server has run it. All scripts may be sent again,
     * so this sends them again until the connection should be there.
     */
    CompletableFuture<List<Object>> send(Script script, byte[]... arguments) {
        return new Call(script, keys, arguments).send();
    }

    /** Returns the reply, or a failure after the time limit; the script may run all the same. */
    CompletableFuture<List<Object>> limited(CompletableFuture<List<Object>> sent) {
        return sent.isDone() ? sent : new LimitedReply(sent);
    }

    CompletableFuture<List<Object>> run(Script script, byte[]... arguments) {
        return limited(send(script, arguments));
    }

    /** Runs the script that has the settings as a further key. */
    CompletableFuture<List<Object>> runWithSettings(Script script, byte[] settings) {
        return limited(new Call(script, keysAndSettings, new byte[][] {settings}).send());
    }

    /** One call of a script, sent as often as needed. */
    private final class Call extends CompletableFuture<List<Object>> {

        private final Script script;
        private final byte[][] on;
        private final byte[][] arguments;
        private int retries;

        Call(Script script, byte[][] on, byte[][] arguments) {
            this.script = script;
            this.on = on;
            this.arguments = arguments;
        }

        Call send() {
            listen(() -> script.run(commands, on, arguments));
            return this;
        }

        private void sendAgain() {
            Call unused = send();
        }

        private void listen(Supplier<CompletionStage<List<Object>>> sent) {
            CompletionStage<List<Object>> reply;
            try {
                reply = sent.get();
            } catch (RuntimeException refused) {
                failed(refused);
                return;
            }
            CompletionStage<List<Object>> unused = reply.whenComplete(this::replied);
        }

        private void replied(@Nullable List<Object> reply, @Nullable Throwable failure) {
            if (failure == null) {
                complete(reply);
            } else if (Script.isUnknown(Throwables.unwrap(failure))) {
                listen(() -> script.teach(commands, on, arguments));
            } else {
                failed(Throwables.unwrap(failure));
            }
        }

        /** Sends the call again after a delay, since at once it would meet the same broken connection. */
        private void failed(Throwable failure) {
            if (failure instanceof RedisCommandExecutionException || retries == MAX_RETRIES) {
                completeExceptionally(failure);
                return;
            }
            Duration delay = FIRST_DELAY.multipliedBy(1L << retries++);
            try {
                Registration unused = timer.schedule(delay, this::sendAgain);
            } catch (RuntimeException refused) {
                completeExceptionally(failure);
            }
        }
    }

    /** A reply that fails after the time limit. */
    private final class LimitedReply extends CompletableFuture<List<Object>> {

        private final Registration alarm;

        LimitedReply(CompletableFuture<List<Object>> sent) {
            alarm = timer.schedule(timeLimit, this::expire);
            CompletableFuture<List<Object>> unused = sent.whenComplete(this::replied);
        }

        private void replied(@Nullable List<Object> reply, @Nullable Throwable failure) {
            alarm.close();
            if (failure == null) {
                complete(reply);
            } else {
                completeExceptionally(failure);
            }
        }

        private void expire() {
            completeExceptionally(
                    new TimeoutException("Redis did not answer within " + timeLimit + "; the step may still be made"));
        }
    }
}
