// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts.demo;

import io.reactivetracker.examples.restarts.ShopServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A server of the shop in its own process, and the lines that it logs. */
final class ShopProcess implements AutoCloseable {

    /** Far above the time that a start or a stop takes. */
    private static final long MAX_SECONDS = 120;

    private static final String PORT = "shop on port ";

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();

    ShopProcess(String redis) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ShopServer.class.getName(),
                        "--shop.redis=" + redis,
                        "--server.address=127.0.0.1",
                        "--server.port=0",
                        "--reactive-tracker.web.end-streams=true",
                        "--logging.level.root=warn",
                        "--logging.level.io.reactivetracker=info")
                .redirectErrorStream(true)
                .start();
        reader = new Thread(this::read, "console of the server");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                if (line.contains(PORT)) {
                    port.complete(Integer.valueOf(line.substring(line.lastIndexOf(' ') + 1)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            port.completeExceptionally(new IllegalStateException("the server has ended:\n" + String.join("\n", lines)));
        }
    }

    /** Waits until the server is up. */
    int port() {
        return port.orTimeout(MAX_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Sends SIGTERM, as Kubernetes does, and waits for the end. Returns false if the process hangs. */
    boolean terminate() throws InterruptedException {
        // By its handle: Process.destroy closes the console, and the last lines would be lost.
        process.toHandle().destroy();
        if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
            return false;
        }
        reader.join();
        return true;
    }

    /** Sends SIGKILL, and waits for the end. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    int exitCode() {
        return process.exitValue();
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
