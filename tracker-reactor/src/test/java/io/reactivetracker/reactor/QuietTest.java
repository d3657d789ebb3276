// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** What a cancelled task logs, in a separate process that logs as Reactor does by default. */
class QuietTest {

    @Test
    void cancelledSubscriptionsLeaveNoStackTrace() throws Exception {
        List<String> lines = outputOf();
        List<String> ofCancelled = lines.subList(0, indexOf(lines, "a real error"));
        assertThat(ofCancelled)
                .noneMatch(line -> line.startsWith("\tat"))
                .anyMatch(line -> line.contains("task \"ship\"") && line.contains("group \"orders\""))
                .anyMatch(line -> line.contains("task \"queued\"") && line.contains("group \"orders\""));
        assertThat(lines).as("of a real error there is one").anyMatch(line -> line.startsWith("\tat"));
    }

    @Test
    void leaveNothingAtAllIfTheyAreToBeQuiet() throws Exception {
        List<String> lines = outputOf("quiet");
        assertThat(lines.get(0)).startsWith("group \"orders\" drained").contains("4 cancelled", "0 stuck");
        assertThat(lines.subList(1, 5)).allMatch(line -> line.startsWith("  cancelled: "));
        assertThat(lines.get(5)).contains("Operator called default onErrorDropped", "a real error");
        assertThat(lines).anyMatch(line -> line.startsWith("\tat"));
    }

    @Test
    void aShutdownCancelsAllOfManySubscriptions() {
        TaskGroup group = TaskGroup.builder("orders").build();
        ReactorTracking.quietCancelledTasks();
        try {
            for (int i = 0; i < 10_000; i++) {
                Mono.never().transform(trackWith(group)).subscribe();
                spawn(group, Mono.never());
            }
            ShutdownReport report = group.shutdown(
                            Shutdown.grace(Duration.ofMillis(1)).thenCancel(Duration.ofMinutes(5)))
                    .join();
            assertThat(report.toString()).contains("20000 cancelled", "0 stuck");
        } finally {
            Hooks.resetOnErrorDropped();
        }
    }

    private static int indexOf(List<String> lines, String text) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i;
            }
        }
        throw new AssertionError(text + " is not in " + lines);
    }

    private static List<String> outputOf(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                QuietProgram.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }
}
