// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The order server in a process of its own, and what it prints. */
final class ServerProcess implements AutoCloseable {

    private final Process process;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final CompletableFuture<Void> draining = new CompletableFuture<>();

    ServerProcess(boolean tracked, Path journal, String carrier, Consumer<String> console) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.add(OrderServer.class.getName());
        command.add("--orders.tracked=" + tracked);
        command.add("--orders.journal=" + journal);
        command.add("--orders.carrier=" + carrier);
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread reader = new Thread(() -> read(console), "console of the server");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Consumer<String> console) {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                console.accept(line);
                if (line.startsWith("listening on ")) {
                    port.complete(Integer.valueOf(line.substring("listening on ".length())));
                } else if (line.startsWith("draining ")) {
                    draining.complete(null);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            port.completeExceptionally(new IllegalStateException("the server ended before it listened"));
            draining.complete(null);
        }
    }

    /** Waits until the server listens. */
    int port() {
        return port.join();
    }

    long pid() {
        return process.pid();
    }

    /** Sends SIGTERM, as Kubernetes does and as {@code kill} does. */
    void terminate() {
        if (!process.supportsNormalTermination()) {
            throw new UnsupportedOperationException("this system has no SIGTERM: run the demo on Linux or macOS");
        }
        // By its handle: the process object would close the console, and what the server says last would be lost.
        process.toHandle().destroy();
    }

    /** Waits until the server has begun to drain, or has ended. */
    void awaitDraining() {
        draining.join();
    }

    /** Waits for the end, and returns the exit code. */
    int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
