// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.util.List;

/** Runs the server under the same load without and with the starter, and prints the lost orders. */
public final class ShutdownDemo {

    static final String ALONE = "Spring Boot alone, graceful shutdown on";
    static final String WITH_STARTER = "with tracker-spring-boot-starter";

    private static final String ROW = "%-40s %9s %9s %9s %9s%n";

    private ShutdownDemo() {}

    /**
     * Runs the demo.
     *
     * @param arguments none
     * @throws Exception if the server can't be started or reached
     */
    public static void main(String[] arguments) throws Exception {
        ShutdownRun alone = run(ALONE, ShutdownRun.ALONE);
        ShutdownRun starter = run(WITH_STARTER, ShutdownRun.WITH_STARTER);

        System.out.println();
        System.out.printf(ROW, "", "accepted", "shipped", "lost", "refused");
        print(ALONE, alone);
        print(WITH_STARTER, starter);
        System.exit(starter.lost().isEmpty() && !alone.lost().isEmpty() ? 0 : 1);
    }

    private static ShutdownRun run(String how, List<String> arguments) throws Exception {
        System.out.printf("%n%s%n", how);
        ShutdownRun run = ShutdownRun.of(arguments, Customers.inHaste(), line -> System.out.println("    " + line));
        System.out.println("    the server ended with exit code " + run.exitCode());
        return run;
    }

    private static void print(String how, ShutdownRun run) {
        int accepted = run.answers().accepted().size();
        int lost = run.lost().size();
        System.out.printf(
                ROW, how, accepted, accepted - lost, lost, run.answers().refused());
    }
}
