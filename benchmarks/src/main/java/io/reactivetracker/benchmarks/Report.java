// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes {@code performance.md} and its plots from the results of JMH. */
public final class Report {

    private static final String PLOTS = "performance";
    private static final int[] THREADS = {1, 2, 8};

    private final Results results;
    private final Path directory;
    private final StringBuilder text = new StringBuilder();

    private Report(Results results, Path directory) {
        this.results = results;
        this.directory = directory;
    }

    /**
     * Writes the report.
     *
     * @param arguments the directory of the results, and that of the report
     * @throws IOException if one can't be read or written
     */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[1]);
        Files.createDirectories(directory.resolve(PLOTS));
        new Report(Results.in(Path.of(arguments[0])), directory).write();
    }

    private void write() throws IOException {
        paragraph("# Performance");
        paragraph("What tracking costs, compared with what you would write without this library.");
        costs();
        measuring();
        paragraph("## The figures");
        pairs();
        subscriptions();
        elements();
        drains();
        groups();
        recorder();
        sizes();
        targets();
        Path file = directory.resolve("performance.md");
        Files.writeString(file, text.toString().stripTrailing() + "\n");
        System.out.println("report: " + file);
    }

    private void costs() {
        paragraph("## What does it cost me?");
        paragraph(Costs.summary(results));
        header("what", "bare", "with this library", "what you would do otherwise");
        Costs.of(results).forEach(this::row);
        text.append('\n');
        paragraph("""
                Medians. The bytes are those of one subscription, of its pipeline and of its operator. The peers do less: a counter does not wait, a
                `Phaser` waits by blocking, a bulkhead does not list its tasks. The [comparison](../README.md#how-it-compares) has a table.

                A live subscription keeps its bytes until its end: see [Sizes](#sizes). Reading counts and lists costs nothing until you read.""");
    }

    private void measuring() {
        Machine machine = results.machine();
        paragraph("## How is it measured?");
        paragraph("""
                By JMH on %s with %d processors, %s: %s. Times compare within this page, not across machines.""".formatted(machine.processor(), machine.processors(), machine.jdk(), machine.form()));
        paragraph("""
                Each figure is the median over the forks. The minimum and the maximum are in brackets. The forks go round by round, one of
                everything at a time. A ratio is computed within each round; its median and its range are those of the rounds' ratios. A table may be
                from a later run than others. Its ratios are computed within that run.""");
        paragraph("""
                `./mvnw -Pbenchmark verify -pl benchmarks -am -Dbenchmark.form=full` writes this page. Do not change it by hand.""");
    }

    private void targets() {
        paragraph("## The targets");
        paragraph("Each target was set before the measurement. Those that are missed are explained below.");
        paragraph("### Trackers");
        targets(Targets.of(results));
        paragraph("### Groups");
        targets(Targets.ofGroups(results));
        paragraph("Next to peers:");
        targets(Targets.ofGroupsNextToPeers(results));
        paragraph("### The recorder");
        targets(Targets.ofRecorder(results));
        paragraph("## Why are some targets missed?");
        paragraph("### Trackers");
        Limits.of(results).forEach(this::paragraph);
        paragraph("### Groups");
        Limits.ofGroups(results).forEach(this::paragraph);
        paragraph("### The recorder");
        paragraph("""
                **An end and a cancel exclude each other.** `record` makes one atomic step more than a map that is written by hand: the end of the task and
                a cancel from any thread must not both be recorded. Taken out for a trial, the two took the same time. A failure is also kept, with its
                type and message, which the states by hand do not do.

                **Over Redis** the difference to two plain commands is the script on the server, and the hand-over of the body to the executor, so that a
                body that blocks delays no answer.""");
    }

    private void pairs() throws IOException {
        paragraph("### One task, up and down again");
        paragraph("Nanoseconds per pair, all threads on the same counter; bytes per pair with one thread.");
        Map<String, String> names = new LinkedHashMap<>();
        names.put("bareWord", "two bare `AtomicLong.getAndAdd`: the limit of one word");
        names.put(
                "ownWordReleasedOnce",
                "the same on a word per thread, and one object released once: the limit of a token");
        names.put("longAdder", "`LongAdder`, which sees no drain");
        names.put("oneWordToken", "one-word tracker, with an object per task");
        names.put("token", "**`TaskToken`, as an operator's subscriber**");
        names.put("tokenAfterClose", "**`TaskToken`, tracker closed**");
        names.put("tryToken", "**`tryToken()`**");
        names.put("tokenNamed", "**named token**");
        names.put("phaser", "`Phaser`");
        names.put("semaphore", "`Semaphore`");
        names.put("compositeDisposable", "RxJava's `CompositeDisposable`");
        names.put("disposablesComposite", "Reactor's `Disposables.composite`");
        names.put("concurrentSet", "`ConcurrentHashMap.newKeySet`");
        names.put("synchronizedCounter", "`synchronized` counter");
        names.put("kotlinJob", "Kotlin's `Job`, child of a supervisor");
        names.put("structuredTaskScope", "`StructuredTaskScope`: a scope of one task, which runs");
        header("pair", "1 thread", "2 threads", "8 threads", "B/op");
        Chart chart = new Chart("One task up and down again", "threads", "ns per pair");
        names.forEach((name, title) -> {
            List<Chart.Point> points = new ArrayList<>();
            List<String> cells = new ArrayList<>(List.of(title));
            for (int threads : THREADS) {
                Optional<Spread> time = results.time("PairBenchmark." + name + "@" + threads);
                cells.add(cell(time));
                time.ifPresent(spread -> points.add(new Chart.Point(threads, spread)));
            }
            cells.add(cell(results.bytes("PairBenchmark." + name + "@1").map(Report::onlyMedian)));
            row(cells);
            if (!List.of(
                            "ownWordReleasedOnce",
                            "tryToken",
                            "structuredTaskScope",
                            "synchronizedCounter",
                            "oneWordToken")
                    .contains(name)) {
                chart.add(title.replaceAll("[*`]|: the limit.*|, which.*", ""), points);
            }
        });
        text.append('\n');
        plot(chart, "pairs");
    }

    private void subscriptions() {
        paragraph("### One subscription");
        paragraph("From `subscribe()` to its end, the operator last in an assembled pipeline: nanoseconds, and bytes.");
        Map<String, String> names = new LinkedHashMap<>();
        names.put("bareSource", "bare");
        names.put("noOp", "smallest operator");
        names.put("noOpAndTwoGetAndAdd", "smallest operator with two bare `getAndAdd`");
        names.put("trackWithTracker", "**`trackWith(tracker)`**");
        names.put("trackWithName", "**`trackWith(tracker, \"name\")`**");
        names.put("doFinallyCounting", "`doFinally` counting");
        names.put("usingCounting", "`using` counting");
        names.put("resilienceBulkhead", "resilience4j's `BulkheadOperator`");
        names.put("trackWithGroup", "**`trackWith(group)`, unlimited**");
        names.put("trackWithGatedGroup", "**`trackWith(group)`, concurrency(1,000,000)**");
        List<String> titles = new ArrayList<>(List.of("Reactor"));
        for (SubscriptionSource source : SubscriptionSource.values()) {
            titles.addAll(List.of(source.text, "B/op"));
        }
        header(titles.toArray(String[]::new));
        names.forEach((name, title) -> {
            List<String> cells = new ArrayList<>(List.of(title));
            for (SubscriptionSource source : SubscriptionSource.values()) {
                addTimeAndBytes(cells, source.key(name));
            }
            row(cells);
        });
        text.append('\n');
        header("RxJava", "`Single.just`", "B/op", "`Flowable.range(1, 2)`", "B/op");
        Map<String, String> rxNames = new LinkedHashMap<>();
        rxNames.put("Bare", "bare");
        rxNames.put("TrackWith", "**`trackWith(tracker)`**");
        rxNames.put("DoFinallyCounting", "`doFinally` counting");
        rxNames.forEach((name, title) -> {
            List<String> cells = new ArrayList<>(List.of(title));
            addTimeAndBytes(cells, "RxSubscriptionBenchmark.single" + name + "@1");
            addTimeAndBytes(cells, "RxSubscriptionBenchmark.flowable" + name + "@1");
            row(cells);
        });
        text.append('\n');
    }

    private void addTimeAndBytes(List<String> cells, String key) {
        cells.add(cell(results.time(key)));
        cells.add(cell(results.bytes(key).map(Report::onlyMedian)));
    }

    private void elements() {
        paragraph("### One element");
        paragraph(
                "Of 10,000 through `range(…).map(…)`, in nanoseconds. Only the bare chain is polled, and RxJava's `doFinally`.");
        Map<String, String> names = new LinkedHashMap<>();
        names.put("Fused", "polled");
        names.put("FusedTrackWith", "**`trackWith`**, pushed");
        names.put("FusedDoFinally", "`doFinally`: pushed in Reactor, polled in RxJava");
        names.put("Hide", "`hide()`");
        names.put("HideHide", "`hide().hide()`");
        names.put("HideSmallest", "`hide()`, smallest operator");
        names.put("HideTrackWith", "**`hide()`, `trackWith`**");
        header("pipeline", "`Flux`", "`Flowable`", "`Observable`");
        names.forEach((name, title) -> row(List.of(
                title,
                cell(results.time("ElementsBenchmark.flux" + name + "@1")),
                cell(results.time("ElementsBenchmark.flowable" + name + "@1")),
                cell(results.time("ElementsBenchmark.observable" + name + "@1")))));
        text.append('\n');
    }

    private void drains() throws IOException {
        paragraph("### Many tasks, many waiters");
        paragraph("`close()` and the end of every task, with one waiter; and the end of one task, with many waiters.");
        header("number", "tasks, µs", "waiters, µs");
        Chart chart = new Chart("Close and drain", "tasks or waiters", "µs");
        List<Chart.Point> tasks = new ArrayList<>();
        List<Chart.Point> waiters = new ArrayList<>();
        for (int number : new int[] {1, 1_000, 10_000, 100_000, 1_000_000}) {
            Optional<Spread> ofTasks = results.time("DrainBenchmark.tasks@1[tasks=" + number + "]");
            Optional<Spread> ofWaiters = results.time("DrainBenchmark.waiters@1[waiters=" + number + "]");
            ofTasks.ifPresent(spread -> tasks.add(new Chart.Point(number, spread)));
            ofWaiters.ifPresent(spread -> waiters.add(new Chart.Point(number, spread)));
            row(List.of("%,d".formatted(number), cell(ofTasks), cell(ofWaiters)));
        }
        text.append('\n');
        chart.add("tasks that end, one waiter", tasks);
        chart.add("waiters of one task", waiters);
        plot(chart, "drains");
        paragraph("A task counted up and down again while others are alive, in nanoseconds:");
        header("others alive", "named", "unnamed");
        for (int alive : new int[] {0, 1_000, 100_000}) {
            row(List.of(
                    "%,d".formatted(alive),
                    cell(results.time("NamedBenchmark.named@1[alive=" + alive + "]")),
                    cell(results.time("NamedBenchmark.unnamed@1[alive=" + alive + "]"))));
        }
        text.append('\n');
    }

    private void groups() throws IOException {
        paragraph("### Groups");
        Map<String, String> names = new LinkedHashMap<>();
        names.put(
                "namedTaskAndChildToken@1", "named task and child `CancellationToken`: the parts of a task of a group");
        names.put("unlimited@1", "task issued, admitted and ended; unlimited");
        names.put("gated@1", "the same through a concurrency limit");
        names.put("handedOver@1", "the same, queued and handed over");
        names.put("submitted@1", "`submit` of a completed stage through a limit");
        names.put("submittedContended@2", "the same by 2 threads with one place");
        names.put("figures@1[children=0]", "`counts()`, no children");
        names.put("figures@1[children=100]", "`counts()`, 100 children");
        names.put("childMadeAndClosed@1", "child created and closed");
        header("what", "ns", "B/op");
        names.forEach((name, title) -> {
            List<String> cells = new ArrayList<>(List.of(title));
            addTimeAndBytes(cells, "GroupBenchmark." + name);
            row(cells);
        });
        text.append('\n');
        groupsNextToPeers();
    }

    private void groupsNextToPeers() throws IOException {
        paragraph("#### Groups next to peers");
        paragraph(
                "`Mono.just(1).hide()` from `subscribe()` to its end; nanoseconds per subscription, all threads on the same group.");
        Map<String, String> names = new LinkedHashMap<>();
        names.put("bare", "bare");
        names.put("trackWithTracker", "**`trackWith(tracker)`**");
        names.put("trackWithName", "**`trackWith(tracker, \"name\")`**");
        names.put("trackWithGroup", "**`trackWith(group)`, unlimited**");
        names.put("trackWithLimitedGroup", "**`trackWith(group)`, concurrency(1,000,000)**");
        names.put("trackWithChild", "**`trackWith(child)`, each thread its own child of one tree**");
        names.put("resilienceBulkhead", "resilience4j's `BulkheadOperator`");
        names.put("submitted", "**`submit` of a completed stage through a limit**");
        names.put("semaphore", "`java.util.concurrent.Semaphore`: a permit, no subscription");
        names.put("kotlinSemaphoreAndJob", "Kotlin's `Semaphore` and a child of a `SupervisorJob`, no subscription");
        header("what", "1 thread", "2 threads", "4 threads", "8 threads", "B/op");
        Chart chart = new Chart("One subscription as a task of a group", "threads", "ns per subscription");
        names.forEach((name, title) -> {
            List<Chart.Point> points = new ArrayList<>();
            List<String> cells = new ArrayList<>(List.of(title));
            for (int threads : new int[] {1, 2, 4, 8}) {
                Optional<Spread> time = results.time("GroupSubscriptionBenchmark." + name + "@" + threads);
                cells.add(cell(time));
                time.ifPresent(spread -> points.add(new Chart.Point(threads, spread)));
            }
            cells.add(cell(
                    results.bytes("GroupSubscriptionBenchmark." + name + "@1").map(Report::onlyMedian)));
            row(cells);
            if (!List.of("semaphore", "kotlinSemaphoreAndJob", "submitted").contains(name)) {
                chart.add(title.replaceAll("[*`]", ""), points);
            }
        });
        text.append('\n');
        plot(chart, "groups");
    }

    private void recorder() {
        paragraph("### The recorder");
        paragraph(
                "In memory, next to the least that is written by hand: a `ConcurrentHashMap` of states, which knows no failures,"
                        + " waits or fencing tokens.");
        Map<String, String> names = new LinkedHashMap<>();
        names.put("newKeys@1", "begin and succeed, of a new key that is kept");
        names.put("again@1", "begin and fail, of a key that has failed");
        names.put("againByTwo@2", "the same by 2 threads with keys of their own");
        names.put("work@1", "`record` of work that is done at once, of a new key that is kept");
        header("what", "`TaskRecorder`, ns", "B/op", "by hand, ns", "B/op");
        names.forEach((name, title) -> {
            List<String> cells = new ArrayList<>(List.of(title));
            addTimeAndBytes(cells, "RecorderBenchmark." + name);
            addTimeAndBytes(cells, "RecorderBenchmark." + name.replace("@", "ByHand@"));
            row(cells);
        });
        text.append('\n');
        header("what", "ns", "B/op");
        List<String> cells = new ArrayList<>(List.of("`status`"));
        addTimeAndBytes(cells, "RecorderBenchmark.status@1");
        row(cells);
        text.append('\n');
        paragraph(
                "Over Redis, through one connection with 64 records in flight, next to two plain commands of the same client.");
        Map<String, String> overRedis = new LinkedHashMap<>();
        overRedis.put("record", "`record`, bodies on the executor");
        overRedis.put("recordDirectly", "`record`, bodies in the connection's thread");
        overRedis.put("beginAndSucceed", "the store alone");
        overRedis.put("setNxAndSet", "`SET NX PX` and `SET`");
        header("what", "ns a record", "B/op");
        overRedis.forEach((name, title) -> {
            List<String> row = new ArrayList<>(List.of(title));
            addTimeAndBytes(row, "RedisRecorderBenchmark." + name + "@1");
            row(row);
        });
        text.append('\n');
    }

    private void sizes() {
        paragraph("### Sizes");
        paragraph("By JOL; those of live subscriptions by the use of the heap after a collection.");
        header("what", "bytes");
        results.sizes().forEach((what, bytes) -> row(List.of(what, Spread.number(bytes))));
        text.append('\n');
    }

    private void targets(List<Target> targets) {
        header("what", "compared", "target", "measured", "met");
        targets.forEach(target -> text.append(target.row()).append('\n'));
        text.append('\n');
    }

    private void plot(Chart chart, String name) throws IOException {
        if (!chart.isEmpty()) {
            Files.writeString(directory.resolve(PLOTS).resolve(name + ".svg"), chart.toSvg());
            paragraph("![" + chart.title() + "](" + PLOTS + "/" + name + ".svg)");
        }
    }

    private void paragraph(String words) {
        text.append(words).append("\n\n");
    }

    private void header(String... titles) {
        row(List.of(titles));
        text.append("|---".repeat(titles.length)).append("|\n");
    }

    private void row(List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String cell(Optional<Spread> spread) {
        return spread.map(Spread::toString).orElse("–");
    }

    private static Spread onlyMedian(Spread spread) {
        return new Spread(spread.median(), spread.median(), spread.median());
    }
}
