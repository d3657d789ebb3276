// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

/** Runs the server twice, forgetting its background work and tracking it, and prints what each lost. */
public final class ShutdownDemo {

    private ShutdownDemo() {}

    /**
     * Runs the demo.
     *
     * @param arguments none
     * @throws Exception if the server can't be started or reached
     */
    public static void main(String[] arguments) throws Exception {
        ShutdownRun forgotten = run("task.subscribe()", false);
        ShutdownRun tracked = run("task.transform(trackWith(tracker)).subscribe()", true);

        System.out.printf("%n%-46s %8s %8s %8s%n", "", "accepted", "shipped", "lost");
        print("task.subscribe()", forgotten);
        print("task.transform(trackWith(tracker)).subscribe()", tracked);
        System.exit(tracked.lost().isEmpty() && !forgotten.lost().isEmpty() ? 0 : 1);
    }

    private static ShutdownRun run(String how, boolean isTracked) throws Exception {
        System.out.printf("%n%s%n", how);
        ShutdownRun run = ShutdownRun.of(isTracked, line -> System.out.println("    " + line));
        System.out.println("    the server ended with exit code " + run.exitCode());
        return run;
    }

    private static void print(String how, ShutdownRun run) {
        System.out.printf(
                "%-46s %8d %8d %8d%n",
                how, run.accepted().size(), run.shipped().size(), run.lost().size());
    }
}
