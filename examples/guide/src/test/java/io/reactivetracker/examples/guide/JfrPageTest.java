// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of the page on Flight Recorder as a reader does, and compares what they print. */
class JfrPageTest {

    private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

    @TempDir
    private Path folder;

    @Test
    void theCommandsPrintWhatThePageShows() throws Exception {
        Page page = Page.parse(
                "operations/jfr.md",
                Files.readString(Page.FOLDER.resolve("operations").resolve("jfr.md")));
        List<Fence> fences = page.fences();
        int compared = 0;
        for (int i = 0; i < fences.size(); i++) {
            Fence fence = fences.get(i);
            if (fence.isJava()) {
                Files.writeString(folder.resolve("Orders.java"), fence.code());
            } else if (fence.info().equals("xml")) {
                Files.writeString(folder.resolve("tracker.jfc"), fence.code());
            } else if (fence.info().equals("shell")) {
                String printed = "";
                for (String line : fence.text()) {
                    printed = run(line);
                }
                assertThat(OutputComparison.differences(
                                fences.get(i + 1).text(),
                                printed.strip().lines().toList()))
                        .as("line " + fence.line())
                        .isEmpty();
                compared++;
            }
        }
        assertThat(compared).isEqualTo(3);
    }

    private String run(String line) throws Exception {
        List<String> command = new ArrayList<>(List.of(line.split(" ")));
        boolean isJava = command.get(0).equals("java");
        command.set(0, BIN.resolve(command.get(0)).toString());
        if (isJava) {
            command.addAll(1, List.of("-cp", CompiledPage.CLASS_PATH, "-Xshare:auto", "-XX:TieredStopAtLevel=1"));
        }
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(line).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(line + "\n" + printed).isZero();
        return printed;
    }
}
