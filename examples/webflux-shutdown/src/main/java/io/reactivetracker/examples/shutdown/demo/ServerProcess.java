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

/** An order server in a process of its own, and what it logs. */
final class ServerProcess implements AutoCloseable {

    /** Only ends what hangs, far above what anything here takes. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>(); // guarded by itself
    private boolean hasEnded; // guarded by lines

    /**
     * Starts it.
     *
     * @param main the class to run
     * @param arguments its arguments, besides those that are the same for all
     * @param console gets each line as it comes
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

    /** Waits until there is a line with this text, and returns the first. */
    String awaitLine(String text) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST.toNanos();
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

    /** All that it has logged so far. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** The port for orders; waits until the server listens there. */
    int port() throws InterruptedException {
        return portIn(awaitLine("orders on port "));
    }

    /** The port for the management; waits until the server listens there. */
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
        // By its handle: the process object would close the console, and what the server says last would be lost.
        process.toHandle().destroy();
    }

    /** Waits for the end, and for all that it has logged, and returns the exit code. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
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
