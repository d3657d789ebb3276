// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.TaskGroup;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library in runtimes with and without the module of Flight Recorder. */
class FlightRecorderModuleTest {

    private static final String CORE = pathOf(TaskTracker.class);
    private static final String TESTS = pathOf(FlightRecorderModuleTest.class);

    @TempDir
    private Path folder;

    /** Does whatever has an event, and tells whether there is a Flight Recorder. */
    static final class Program {

        private Program() {}

        @SuppressWarnings("FutureReturnValueIgnored") // the report says it
        public static void main(String[] arguments) {
            TaskTracker tracker = TaskTracker.create("orders");
            TaskToken token = tracker.token("ship");
            tracker.close();
            boolean isRefused = tracker.tryToken("late") == null;
            token.close();
            TaskGroup group = TaskGroup.builder("mails").build();
            CompletableFuture<String> done = CompletableFuture.completedFuture("done");
            group.submit("welcome", task -> done);
            boolean isDrained =
                    group.shutdown(Shutdown.grace(Duration.ofSeconds(5))).join().isDrained();
            System.out.println(String.join(
                    " ",
                    TaskTracker.class.getModule().isNamed() ? "named" : "unnamed",
                    ModuleLayer.boot().findModule("jdk.jfr").isPresent() ? "with" : "without",
                    isRefused && isDrained && tracker.isDrained() ? "works" : "fails"));
        }
    }

    @Test
    void anImageWithoutItsModuleWorks() throws Exception {
        ToolProvider jlink = ToolProvider.findFirst("jlink").orElseThrow();
        Path image = folder.resolve("image");
        int status = jlink.run(
                System.out,
                System.err,
                "--module-path",
                CORE,
                "--add-modules",
                "io.reactivetracker",
                "--output",
                image.toString());
        assertThat(status).isZero();

        assertThat(run(image, "--add-modules", "io.reactivetracker", "-cp", TESTS))
                .isEqualTo("named without works");
    }

    @Test
    void aClassPathWithoutItsModuleWorks() throws Exception {
        assertThat(run(javaHome(), "--limit-modules", "java.base", "-cp", CORE + File.pathSeparator + TESTS))
                .isEqualTo("unnamed without works");
    }

    @Test
    void aModulePathWithItsModuleHasTheEvents() throws Exception {
        Path file = folder.resolve("events.jfr");
        assertThat(run(
                        javaHome(),
                        "-XX:StartFlightRecording:filename=" + file,
                        "-p",
                        CORE,
                        "--add-modules",
                        "io.reactivetracker,jdk.jfr",
                        "-cp",
                        TESTS))
                .endsWith("named with works");
        assertThat(RecordingFile.readAllEvents(file))
                .extracting(event -> event.getEventType().getName())
                .contains(
                        "io.reactivetracker.DrainBegun",
                        "io.reactivetracker.DrainEnded",
                        "io.reactivetracker.TaskRefused",
                        "io.reactivetracker.ShutdownEnded");
    }

    private static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }

    private static String pathOf(Class<?> type) {
        return Path.of(Objects.requireNonNull(type.getProtectionDomain().getCodeSource())
                        .getLocation()
                        .getPath())
                .toString();
    }

    /** Runs the program in a process of its own, and returns what it printed, failures included. */
    private String run(Path runtime, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(runtime.resolve("bin").resolve("java").toString());
        command.addAll(List.of(options));
        command.add(Program.class.getName());
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output, StandardCharsets.UTF_8).strip();
    }
}
