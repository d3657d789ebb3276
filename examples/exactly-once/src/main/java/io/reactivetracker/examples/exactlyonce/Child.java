// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.exactlyonce;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A running {@link PaymentProcess}, seen from its parent. */
final class Child implements AutoCloseable {

    private static final long MAX_SECONDS = 60;

    private final String name;
    private final Process process;
    private final Consumer<String> log;
    private final CompletableFuture<Void> isReady = new CompletableFuture<>();
    private final CompletableFuture<Void> hasPaid = new CompletableFuture<>();
    private final CompletableFuture<Void> holds = new CompletableFuture<>();
    private final CompletableFuture<Void> isRefused = new CompletableFuture<>();

    Child(String name, String uri, String holdAt, boolean isChargedFirst, Consumer<String> log) throws IOException {
        this.name = name;
        this.log = log;
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PaymentProcess.class.getName(),
                        uri,
                        holdAt,
                        String.valueOf(isChargedFirst))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread reader = new Thread(this::read, name);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                switch (line.replaceFirst(" .*", "")) {
                    case "ready" -> isReady.complete(null);
                    case "paid" -> hasPaid.complete(null);
                    case "holds" -> holds.complete(null);
                    case "refused" -> isRefused.complete(null);
                    default -> {}
                }
                if (!line.startsWith("paid ") || line.endsWith("ALREADY")) {
                    log.accept(name + " " + line);
                }
            }
        } catch (IOException ended) {
            log.accept(name + " can't be heard any more");
        }
        for (CompletableFuture<Void> awaited : List.of(isReady, hasPaid, holds, isRefused)) {
            awaited.completeExceptionally(new IllegalStateException("process " + name + " has ended"));
        }
    }

    private static void await(CompletableFuture<?> line) {
        line.orTimeout(MAX_SECONDS, TimeUnit.SECONDS).join();
    }

    void awaitReady() {
        await(isReady);
    }

    /** Of whichever is first: a slow one may find nothing left to pay. */
    static void awaitPayment(List<Child> any) {
        await(CompletableFuture.anyOf(any.stream().map(child -> child.hasPaid).toArray(CompletableFuture<?>[]::new)));
    }

    void awaitHold() {
        await(holds);
    }

    void awaitRefusal() {
        await(isRefused);
    }

    void awaitEnd() {
        process.onExit().orTimeout(MAX_SECONDS, TimeUnit.SECONDS).join();
    }

    /** By SIGKILL. */
    void kill() {
        log.accept(name + " is killed");
        process.destroyForcibly().onExit().join();
    }

    /** By SIGSTOP: as a pause for garbage collection, or a machine that sleeps. */
    void pause() {
        log.accept(name + " is paused");
        signal("-STOP");
    }

    void goOn() {
        log.accept(name + " goes on");
        signal("-CONT");
    }

    /** Gives it a line. */
    void tell(String line) {
        try {
            process.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
