// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Stops real processes by real signals. */
@NullUnmarked // it sets fields before each test, and passes null to show what happens
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no SIGTERM")
class JvmShutdownTest {

    @TempDir
    private Path folder;

    private Process process;
    private BufferedReader output;
    private PrintStream input;

    private void start(String what) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        JvmShutdownProgram.class.getName(),
                        what)
                .redirectError(folder.resolve("log").toFile())
                .start();
        output = process.inputReader(StandardCharsets.UTF_8);
        input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private void sendSigterm() {
        // Process.destroy() would close the streams too.
        process.toHandle().destroy();
    }

    private void sendSigint() throws Exception {
        // A shell that starts a build in the background makes it ignore SIGINT, and all processes below it.
        String ignored = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        assumeFalse((Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & 2) != 0, "SIGINT is ignored here");
        new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    @Test
    void sigtermRunsThePlanLogsTheReportAndExitsWithZero() throws Exception {
        start("phases");
        assertThat(output.readLine()).isEqualTo("started");

        sendSigterm();
        for (String phase : List.of("one", "two", "three")) {
            assertThat(output.readLine()).isEqualTo("in " + phase + " (SIGTERM)");
            input.println("go");
        }

        assertThat(process.waitFor()).isZero();
        assertThat(log())
                .contains("INFO: shutdown (SIGTERM) took ")
                .contains(": complete")
                .contains("\n  three ");
    }

    @Test
    void aSecondSignalInAnyPhaseDoesNotCutTheRunOff() throws Exception {
        start("phases");
        assertThat(output.readLine()).isEqualTo("started");

        sendSigterm();
        int signals = 0;
        for (String phase : List.of("one", "two", "three")) {
            assertThat(output.readLine()).isEqualTo("in " + phase + " (SIGTERM)");
            sendSigterm();
            int expected = ++signals;
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> log().split("SIGTERM received: the shutdown runs already and goes on", -1).length
                            == expected + 1);
            input.println("go");
        }

        assertThat(process.waitFor()).isZero();
        assertThat(log()).contains("took").contains(": complete");
    }

    @Test
    void sigintRunsThePlanToo() throws Exception {
        start("status");
        assertThat(output.readLine()).isEqualTo("started");

        sendSigint();
        assertThat(output.readLine()).isEqualTo("in one (SIGINT)");
        input.println("go");

        assertThat(process.waitFor()).isEqualTo(42);
    }

    @Test
    void aPhaseThatHangsIsAbandonedAndTheStatusIsOne() throws Exception {
        start("hang");
        assertThat(output.readLine()).isEqualTo("started");

        sendSigterm();
        assertThat(output.readLine()).isEqualTo("hangs");
        assertThat(output.readLine()).isEqualTo("in two");

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(log())
                .contains("WARNING: shutdown (SIGTERM)")
                .contains(": t abandoned")
                .contains("\n  two ");
    }

    @Test
    void aTaskThatThrowsIsInTheReportAndTheStatusIsOne() throws Exception {
        start("throw");
        assertThat(output.readLine()).isEqualTo("started");

        sendSigterm();

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(log()).contains("t failed: java.io.IOException: reset");
    }

    @Test
    void aStatusThatCannotBeDeterminedIsOne() throws Exception {
        start("status-throws");
        assertThat(output.readLine()).isEqualTo("started");

        sendSigterm();
        assertThat(output.readLine()).isEqualTo("in one (SIGTERM)");
        input.println("go");

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(log()).contains("the exit status could not be determined").contains("no status");
    }

    @Test
    void systemExitInATaskOfThePlanEndsWithTheBudgetAndItsStatus() throws Exception {
        start("hang-exit-in-plan");
        assertThat(output.readLine()).isEqualTo("started");

        sendSigterm();

        assertThat(process.waitFor()).isEqualTo(5);
        assertThat(log()).contains("shutdown (SIGTERM)").contains("exits abandoned");
    }

    @Test
    void systemExitInATrackedTaskRunsThePlanAndKeepsItsStatus() throws Exception {
        start("hang-exit-in-task");

        assertThat(process.waitFor()).isEqualTo(3);
        assertThat(log()).contains("shutdown (exit)").contains("orders abandoned (1 task)");
    }

    @Test
    void aStartThatFailsRunsThePlanAndKeepsItsStatus() throws Exception {
        start("start-fails");

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(log())
                .contains("the port is in use")
                .contains("shutdown (exit)")
                .contains(": complete");
    }

    @Test
    void aProgramThatEndsRunsThePlan() throws Exception {
        start("ends");

        assertThat(process.waitFor()).isZero();
        assertThat(log()).contains("shutdown (exit)").contains(": complete");
    }

    @Test
    void aPlanThatIsUninstalledDoesNotRun() throws Exception {
        start("closed");
        assertThat(output.readLine()).isEqualTo("started");

        sendSigterm();

        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(output.readLine()).isNull();
        assertThat(log()).doesNotContain("shutdown");
    }

    @Test
    void onePlanIsInstalledAtATime() {
        ShutdownPlan plan = ShutdownPlan.within(Duration.ofSeconds(1))
                .phase("one", phase -> {})
                .build();
        JvmShutdown installed = JvmShutdown.install(plan);
        try {
            assertThatIllegalStateException()
                    .isThrownBy(() -> JvmShutdown.install(plan))
                    .withMessageStartingWith("a shutdown plan is installed already: add your phases to that plan");
        } finally {
            installed.close();
        }
        JvmShutdown.install(plan).close();
        assertThatNullPointerException()
                .isThrownBy(() -> JvmShutdown.install(null))
                .withMessage("plan must not be null");
    }
}
