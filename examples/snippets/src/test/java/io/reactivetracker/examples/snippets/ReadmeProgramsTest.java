// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Tests that the programs of the README end after the last element is printed, and not before. */
@ResourceLock(Resources.SYSTEM_OUT)
class ReadmeProgramsTest {

    @Test
    void theReactorProgramShipsEveryOrderBeforeItEnds() {
        assertThat(outputOf(() -> Shipping.main(new String[0]))).containsExactly("shipped a", "shipped b", "shipped c");
    }

    @Test
    void theRxJavaProgramBillsEveryOrderBeforeItEnds() {
        assertThat(outputOf(() -> Billing.main(new String[0]))).containsExactly("billed 1", "billed 2", "billed 3");
    }

    private static String[] outputOf(Runnable program) {
        PrintStream before = System.out;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        return output.toString(StandardCharsets.UTF_8).split("\\R");
    }
}
