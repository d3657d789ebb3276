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

/** Runs scripts on the keys of one namespace; each has a time limit. Answers come in the connection's threads. */
final class Server {

    /** Each after twice the time of the one before: together half a second or so. */
    private static final int MOST_RETRIES = 5;

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
     * Sends a script now; its answer may come at any time.
     *
     * <p>The client sends again by itself what was not answered when a connection was closed. But if it was reset, which it is by
     * a server that closes it before it has read all that was sent, the client fails the command that has waited longest, by
     * the {@code IOException} of the socket, whether or not the server has run it. All scripts can be sent again, so that is
     * done here too, until the connection should be there again.
     */
    CompletableFuture<List<Object>> send(Script script, byte[]... arguments) {
        Sending sending = new Sending(script, keys, arguments);
        sending.send();
        return sending;
    }

    /** The answer, or a failure when the time is up: the script may be run all the same. */
    CompletableFuture<List<Object>> answer(CompletableFuture<List<Object>> sent) {
        return sent.isDone() ? sent : new Answer(sent);
    }

    CompletableFuture<List<Object>> run(Script script, byte[]... arguments) {
        return answer(send(script, arguments));
    }

    /** As {@link #run}, for the script that has the settings as a further key. */
    CompletableFuture<List<Object>> open(Script script, byte[] settings) {
        Sending sending = new Sending(script, keysAndSettings, new byte[][] {settings});
        sending.send();
        return answer(sending);
    }

    /** A script on its way, as often as it takes. */
    private final class Sending extends CompletableFuture<List<Object>> {

        private final Script script;
        private final byte[][] on;
        private final byte[][] arguments;
        private int retries;

        Sending(Script script, byte[][] on, byte[][] arguments) {
            this.script = script;
            this.on = on;
            this.arguments = arguments;
        }

        void send() {
            listen(() -> script.run(commands, on, arguments));
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

        /** After a moment it is sent again, for at once it would meet the same broken connection. */
        private void failed(Throwable failure) {
            if (failure instanceof RedisCommandExecutionException || retries == MOST_RETRIES) {
                completeExceptionally(failure);
                return;
            }
            Duration delay = FIRST_DELAY.multipliedBy(1L << retries++);
            try {
                Registration unused = timer.schedule(delay, this::send);
            } catch (RuntimeException refused) {
                completeExceptionally(failure);
            }
        }
    }

    /** An answer that is awaited for the time limit. */
    private final class Answer extends CompletableFuture<List<Object>> {

        private final Registration alarm;

        Answer(CompletableFuture<List<Object>> sent) {
            alarm = timer.schedule(timeLimit, this::timeIsUp);
            CompletableFuture<List<Object>> unused = sent.whenComplete(this::answered);
        }

        private void answered(@Nullable List<Object> reply, @Nullable Throwable failure) {
            alarm.close();
            if (failure == null) {
                complete(reply);
            } else {
                completeExceptionally(failure);
            }
        }

        private void timeIsUp() {
            completeExceptionally(new TimeoutException(
                    "Redis gave no answer within " + timeLimit + "; what it was asked for may still happen"));
        }
    }
}
