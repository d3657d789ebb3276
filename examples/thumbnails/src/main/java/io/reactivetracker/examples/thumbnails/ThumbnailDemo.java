// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import java.io.IOException;
import java.nio.file.Files;

/** Runs the service twice, stops it and breaks it while it works, and prints the outcomes of the pictures. */
public final class ThumbnailDemo {

    private ThumbnailDemo() {}

    /**
     * Runs the demo.
     *
     * @param arguments none
     * @throws IOException if the service cannot be reached or its files cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        ThumbnailRun stopped = stopped();
        ThumbnailRun broken = broken();

        System.out.printf(
                "%n%-20s %9s %10s %7s %10s %5s%n", "", "accepted", "catalogued", "failed", "cancelled", "lost");
        print("told to stop", stopped);
        print("catalogue broken", broken);
        boolean isAllDone = stopped.catalogue().size() == Pictures.NUMBER - 1;
        boolean isRestCancelled = !broken.outcomes().cancelled().isEmpty();
        System.exit(isAllDone && isRestCancelled && stopped.lost() == 0 && broken.lost() == 0 ? 0 : 1);
    }

    private static ThumbnailRun stopped() throws IOException {
        try (ThumbnailRun run = begin("told to stop while it works")) {
            run.stop();
            tellTheFailures(run);
            return run;
        }
    }

    private static ThumbnailRun broken() throws IOException {
        try (ThumbnailRun run = begin("the catalogue breaks while it works")) {
            run.breakTheCatalogue();
            tellTheFailures(run);
            return run;
        }
    }

    private static ThumbnailRun begin(String what) throws IOException {
        System.out.printf("%n%s%n", what);
        return new ThumbnailRun(Files.createTempDirectory("thumbnails"), line -> System.out.println("    " + line));
    }

    private static void tellTheFailures(ThumbnailRun run) {
        run.outcomes().failed().forEach((name, error) -> System.out.printf("    %s failed: %s%n", name, error));
    }

    private static void print(String what, ThumbnailRun run) throws IOException {
        System.out.printf(
                "%-20s %9d %10d %7d %10d %5d%n",
                what,
                run.accepted(),
                run.catalogue().size(),
                run.outcomes().failed().size(),
                run.outcomes().cancelled().size(),
                run.lost());
    }
}
