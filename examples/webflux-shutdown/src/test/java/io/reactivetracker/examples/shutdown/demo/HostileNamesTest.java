// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests how hostile task names appear in the real log of a real process. */
class HostileNamesTest {

    static final List<String> NAMES = List.of(
            "<img src=x onerror=document.title='taken'>",
            "first\n12:00:00.000 INFO  forged: all is well",
            "first\r12:00:00.000 INFO  forged: all is well",
            "\u001b[2J\u001b[31mred\u0007",
            "\u202etxt.exe",
            "\u2028second\u0085third\u0000");

    @Test
    void doNotForgeALineOfTheLog() throws Exception {
        try (Shop shop = new Shop()) {
            ServerProcess server =
                    shop.start("--reactive-tracker.shutdown.grace=0s", "--reactive-tracker.shutdown.cancel-wait=0s");
            server.managementPort();
            for (String name : NAMES) {
                Shop.hang(server, name);
            }
            server.terminate();
            assertThat(server.awaitEnd()).isEqualTo(143);
            assertThat(server.lines())
                    .noneMatch(line -> line.startsWith("12:00:00.000"))
                    .noneMatch(line -> line.codePoints().anyMatch(HostileNamesTest::isInvisible))
                    .anyMatch(line -> line.contains("stuck: first\\u000a12:00:00.000 INFO  forged"))
                    .anyMatch(line -> line.contains("stuck: first\\u000d12:00:00.000 INFO  forged"))
                    .anyMatch(line -> line.contains("stuck: \\u001b[2J\\u001b[31mred\\u0007"))
                    .anyMatch(line -> line.contains("stuck: \\u202etxt.exe"))
                    .anyMatch(line -> line.contains("stuck: \\u2028second\\u0085third\\u0000"));
        }
    }

    private static boolean isInvisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                point != '\t';
            default -> false;
        };
    }
}
