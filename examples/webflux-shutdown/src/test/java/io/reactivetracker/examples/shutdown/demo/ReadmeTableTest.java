// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that the README's table of a demo run states what {@link ShutdownRunTest} proves of any run. */
class ReadmeTableTest {

    private static final Path README = Path.of("..", "..", "README.md");

    @Test
    void showsThatSpringBootAloneLosesOrdersAndTheStarterDoesNot() throws IOException {
        Row alone = row(ShutdownDemo.ALONE);
        assertThat(alone.lost).isPositive().isEqualTo(alone.accepted - alone.shipped);
        Row starter = row(ShutdownDemo.WITH_STARTER);
        assertThat(starter.lost).isZero();
        assertThat(starter.shipped).isPositive().isEqualTo(starter.accepted);
    }

    private static Row row(String name) throws IOException {
        String start = "|" + name + "|";
        String line = Files.readAllLines(README).stream()
                .map(read -> read.replaceAll("[`*]| *(?=\\|)|(?<=\\|) *", ""))
                .filter(row -> row.startsWith(start))
                .findFirst()
                .orElseThrow();
        int[] numbers = Stream.of(line.substring(start.length()).split("\\|"))
                .mapToInt(Integer::parseInt)
                .toArray();
        return new Row(numbers[0], numbers[1], numbers[2]);
    }

    private record Row(int accepted, int shipped, int lost) {}
}
