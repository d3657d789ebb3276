// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.exactlyonce;

import java.io.IOException;

/** Runs three processes that make the same payments, kills one, pauses another, and prints the results. */
public final class PaymentDemo {

    private PaymentDemo() {}

    /**
     * Runs the demo.
     *
     * @param arguments none
     * @throws IOException if a process can't be started
     */
    public static void main(String[] arguments) throws IOException {
        System.out.printf("%n%d payments, three processes, one Redis%n", PaymentProcess.NUMBER);
        PaymentRun run = PaymentRun.run(line -> System.out.println("    " + line));
        System.out.printf("%n%-12s %-10s %8s %16s%n", "", "recorded", "charged", "late and refused");
        run.statuses()
                .forEach((payment, status) -> System.out.printf(
                        "%-12s %-10s %8d %16d%s%n",
                        payment, status, run.timesCharged(payment), run.timesRefused(payment), remark(payment)));
        System.out.printf("%neach done exactly once: %s%n", run.isEachDoneOnce() ? "yes" : "NO");
        System.exit(run.isEachDoneOnce() ? 0 : 1);
    }

    private static String remark(String payment) {
        return switch (payment) {
            case PaymentRun.OF_THE_KILLED -> "   its process was killed between the charge and the record";
            case PaymentRun.OF_THE_PAUSED -> "   its process was paused for longer than its lease, and charged then";
            default -> "";
        };
    }
}
