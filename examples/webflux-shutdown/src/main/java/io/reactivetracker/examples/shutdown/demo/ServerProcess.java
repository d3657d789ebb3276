// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An order server in its own process, and the lines that it logs. */
final class ServerProcess implements AutoCloseable {

    /** Far above the time that anything here takes. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(2);

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>(); // guarded by itself
    private boolean hasEnded; // guarded by lines

    /**
     * Starts the process.
     *
     * @param main the class to run
     * @param arguments additional arguments
     * @param console receives each line
     */
    ServerProcess(Class<?> main, List<String> arguments, Consumer<String> console) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"));
        command.add(main.getName());
        command.addAll(List.of("--server.address=127.0.0.1", "--management.server.address=127.0.0.1"));
        command.addAll(List.of("--logging.level.root=warn", "--logging.level.io.reactivetracker=info"));
        command.add("--logging.level.org.springframework.boot.reactor.netty.GracefulShutdown=info");
        command.addAll(arguments);
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = new Thread(() -> read(console), "console of the server");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Consumer<String> console) {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                console.accept(line);
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            synchronized (lines) {
                hasEnded = true;
                lines.notifyAll();
            }
        }
    }

    /** Waits for a line that contains the text, and returns the first one. */
    String awaitLine(String text) throws InterruptedException {
        long deadline = System.nanoTime() + MAX_WAIT.toNanos();
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (line.contains(text)) {
                        return line;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (hasEnded || left <= 0) {
                    throw new IllegalStateException("the server " + (hasEnded ? "has ended" : "goes on")
                            + ", and did not" + " log \"" + text + "\" but:\n" + String.join("\n", lines));
                }
                lines.wait(left);
            }
        }
    }

    /** Returns the lines logged so far. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Waits until the server accepts orders, and returns the port. */
    int port() throws InterruptedException {
        return portIn(awaitLine("orders on port "));
    }

    /** Waits until the management port is open, and returns it. */
    int managementPort() throws InterruptedException {
        return portIn(awaitLine("management on port "));
    }

    private static int portIn(String line) {
        return Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Writes a line to its standard input. */
    void tell(String line) throws IOException {
        BufferedWriter input = process.outputWriter();
        input.write(line);
        input.newLine();
        input.flush();
    }

    /** Sends SIGTERM, as Kubernetes does and as {@code kill} does. */
    void terminate() {
        if (!process.supportsNormalTermination()) {
            throw new UnsupportedOperationException("this system has no SIGTERM: run the demo on Linux or macOS");
        }
        // By its handle: Process.destroy closes the console, and the server's last lines would be lost.
        process.toHandle().destroy();
    }

    /** Waits for the end of the process and its last line, and returns the exit code. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server goes on:\n" + String.join("\n", lines()));
        }
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
