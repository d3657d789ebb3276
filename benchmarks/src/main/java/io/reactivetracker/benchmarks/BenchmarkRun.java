// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks, and generates the report from all available results.
 *
 * <p>It runs in rounds, each with one fork of every benchmark. The forks of a ratio are then a minute apart instead of
 * a quarter of an hour, and a temporary slowdown of the machine spoils one round of all benchmarks instead of all
 * rounds of one.
 */
public final class BenchmarkRun {

    private static final int[] THREADS_OF_PAIRS = {1, 2, 8};
    private static final String PAIRS = PairBenchmark.class.getSimpleName() + "\\.";
    private static final int[] THREADS_OF_GROUPS = {1, 2, 4, 8};
    private static final String GROUPS = GroupSubscriptionBenchmark.class.getSimpleName() + "\\.";

    private final Form form;
    private final String include;
    private final Path directory;

    private BenchmarkRun(Form form, String include, Path directory) {
        this.form = form;
        this.include = include;
        this.directory = directory;
    }

    /**
     * Runs.
     *
     * @param arguments {@code short} or {@code full}; a regular expression over {@code Class.method}; the directory of
     *     the build; and that of the documents, which only a full run writes to
     * @throws IOException if the results or the report can't be written
     * @throws RunnerException if a benchmark fails
     */
    public static void main(String[] arguments) throws IOException, RunnerException {
        Form form = Form.of(arguments[0]);
        Path target = Path.of(arguments[2]);
        Path results = target.resolve("benchmark-results").resolve(form.toString());
        Path report = form == Form.FULL ? Path.of(arguments[3]).normalize() : target.resolve("benchmark-report");
        String id = Instant.now().toString().replace(':', '-');
        new BenchmarkRun(form, arguments[1], Files.createDirectories(results.resolve(id))).run();
        Report.main(new String[] {results.toString(), report.toString()});
    }

    private void run() throws IOException, RunnerException {
        Instant start = Instant.now();
        ObjectMapper mapper = new ObjectMapper();
        mapper.writeValue(directory.resolve(Results.MACHINE).toFile(), Machine.current(form));
        if (Pattern.compile(include).matcher("Sizes").find()) {
            mapper.writeValue(directory.resolve(Results.SIZES).toFile(), Sizes.measure());
        }
        for (int round = 1; round <= form.forks; round++) {
            for (int threads : THREADS_OF_PAIRS) {
                run(round, options(threads).include(PAIRS).threads(threads), "pairs-" + threads);
            }
            for (int threads : THREADS_OF_GROUPS) {
                run(round, options(threads).include(GROUPS).threads(threads), "groups-" + threads);
            }
            run(round, options(1).exclude(PAIRS).exclude(GROUPS).include(".*"), "others");
        }
        System.out.println(
                "measured in " + Duration.between(start, Instant.now()).toSeconds() + " s: " + directory);
    }

    private ChainedOptionsBuilder options(int threads) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .exclude("^(?!.*(?:" + include + "))")
                .forks(1)
                .warmupIterations(form.warmups)
                .warmupTime(form.iteration)
                .measurementIterations(form.measurements)
                .measurementTime(form.iteration)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                // Otherwise short iterations would measure untouched memory and compilers that lag behind.
                .jvmArgsAppend("-Xms384m", "-Xmx384m", "-XX:+UseG1GC", "-XX:+AlwaysPreTouch", "-Xbatch");
        return StructuredScopes.areThere() && threads == 1 ? options : options.exclude("structuredTaskScope");
    }

    private void run(int round, ChainedOptionsBuilder options, String part) throws RunnerException {
        String name = "round-" + round + "-" + part;
        System.out.println("round " + round + " of " + form.forks + ", " + part);
        try {
            new Runner(options.resultFormat(ResultFormatType.JSON)
                            .result(directory.resolve(name + ".json").toString())
                            .output(directory.resolve(name + ".log").toString())
                            .build())
                    .run();
        } catch (NoBenchmarksException none) {
            System.out.println("  none is included");
        }
    }
}
