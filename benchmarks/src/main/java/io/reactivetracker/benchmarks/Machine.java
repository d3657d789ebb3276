// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The machine of a run.
 *
 * @param jdk the name and version of the virtual machine
 * @param processor the processor's model name
 * @param processors the number of processors that the virtual machine sees
 * @param form how it ran
 */
record Machine(String jdk, String processor, int processors, String form) {

    static Machine current(Form form) {
        return new Machine(
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                "forks: " + form.forks + ", each of " + form.warmups + " warm-up and " + form.measurements
                        + " measured iterations of " + form.iteration);
    }

    private static String processorName() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException notLinux) {
            return System.getProperty("os.arch");
        }
    }
}
