// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeakLogTest {

    private static final String SHIP =
            "leaked: task \"ship\" of tracker \"orders\" was garbage collected before its end, after 1.5 s, and stays"
                    + " counted, created at shop.Orders.ship(Orders.java:17) ⇠ shop.Web.post(Web.java:4)";

    private final List<String> lines = new ArrayList<>();
    private final LeakLog log = new LeakLog(lines::add);

    private void log(@Nullable String name, StackTraceElement... stack) {
        log.log(new LeakedTask("orders", name, Duration.ofMillis(1_500), false, List.of(stack)));
    }

    private static StackTraceElement frame(String type, String method, int line) {
        return new StackTraceElement("shop." + type, method, type + ".java", line);
    }

    @Test
    void aLineSaysWhatHasLeakedAndWhereItWasCreated() {
        log("ship", frame("Orders", "ship", 17), frame("Web", "post", 4));
        assertThat(lines).containsExactly(SHIP);
    }

    @Test
    void aLineSaysThatTheTaskIsReleased() {
        log.log(new LeakedTask("orders", null, Duration.ofSeconds(2), true, List.of()));
        assertThat(lines)
                .containsExactly("leaked: a task without a name of tracker \"orders\" was garbage collected before its"
                        + " end, after 2.0 s, and is released");
    }

    @Test
    void aSiteHasFewerLinesTheMoreItLeaks() {
        for (int i = 0; i < 1_000; i++) {
            log("ship", frame("Orders", "ship", 17), frame("Web", "post", i));
        }
        log("bill", frame("Orders", "bill", 20));
        assertThat(lines).hasSize(11);
        assertThat(lines.get(1)).endsWith("shop.Web.post(Web.java:1); leak 2 of this creation site");
        assertThat(lines.get(9)).endsWith("; leak 512 of this creation site");
        assertThat(lines.get(10)).contains("\"bill\"").endsWith("shop.Orders.bill(Orders.java:20)");
    }

    @Test
    void theSitesAreBounded() {
        for (int i = 0; i < LeakLog.MAX_SITES + 1_000; i++) {
            log("ship", frame("Orders", "ship", i));
        }
        assertThat(lines).hasSize(LeakLog.MAX_SITES + 10);
    }

    @Test
    void aNameForgesNoLine() {
        log("ship\nleaked: \u202e\u2028");
        assertThat(lines).singleElement().asString().contains("\"ship\\u000aleaked: \\u202e\\u2028\"");
    }
}
