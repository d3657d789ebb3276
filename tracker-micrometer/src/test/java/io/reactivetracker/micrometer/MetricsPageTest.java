// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.TaskRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** docs/metrics.md lists every meter and the Prometheus output, apart from the values. */
class MetricsPageTest {

    private static final Path DOCS = Path.of("..", "docs", "metrics.md");
    private static final Pattern BLOCK = Pattern.compile("```prometheus\n(.*?)```", Pattern.DOTALL);
    private static final Pattern VALUE = Pattern.compile("(?m)^([^#].*) \\S+$");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private static List<String> documented() throws IOException {
        Matcher matcher = BLOCK.matcher(Files.readString(DOCS));
        return matcher.results().map(result -> withoutValues(result.group(1))).toList();
    }

    private static String withoutValues(String output) {
        return VALUE.matcher(output).replaceAll("$1").replaceAll("(?m) +$", "");
    }

    private String scraped() {
        return withoutValues(registry.scrape());
    }

    @Test
    void itsTableHasEveryMeterWithItsTypeUnitAndTags() throws IOException {
        new TaskTrackerMetrics(TaskTracker.create("imports")).bindTo(registry);
        new TaskGroupMetrics(TaskGroup.builder("orders").build()).bindTo(registry);
        new TaskRecorderMetrics(TaskRecorder.create(), "payments").bindTo(registry);
        List<String> rows = Files.readAllLines(DOCS).stream()
                .filter(line -> line.startsWith("| `task."))
                .map(line -> line.replaceFirst("^((\\|[^|]*){4}\\|).*", "$1"))
                .toList();
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(registry.getMeters().stream()
                        .map(Meter::getId)
                        .map(MetricsPageTest::row)
                        .distinct()
                        .toList());
    }

    private static String row(Meter.Id id) {
        String tags = id.getTags().stream().map(tag -> "`" + tag.getKey() + "`").collect(Collectors.joining(", "));
        return "| `" + id.getName() + "` | " + id.getType().name().toLowerCase(Locale.ROOT) + " | "
                + (id.getBaseUnit() == null ? "–" : id.getBaseUnit()) + " | " + tags + " |";
    }

    @Test
    void itShowsWhatPrometheusGetsOfATrackerAndATreeOfGroups() throws IOException {
        TaskTracker imports = TaskTracker.create("imports");
        TaskGroup orders =
                TaskGroup.builder("orders").admission(Admission.concurrency(2)).build();
        new TaskTrackerMetrics(imports).bindTo(registry);
        new TaskGroupMetrics(orders).bindTo(registry);
        TaskGroup mails = orders.child("mails");
        imports.token("prices");
        HeldTask.in(orders, "ship").succeed();
        HeldTask.in(orders, "ship");
        HeldTask.in(orders, "ship");
        HeldTask.in(mails, "welcome");
        orders.close();
        assertThat(scraped()).isEqualTo(documented().get(0));
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // the outcome of the work has no effect
    void itShowsWhatPrometheusGetsOfARecorder() throws IOException {
        TaskRecorder<String> payments = TaskRecorder.create();
        new TaskRecorderMetrics(payments, "payments").bindTo(registry);
        payments.record("17", context -> CompletableFuture.completedFuture("receipt"));
        payments.record("17", context -> CompletableFuture.completedFuture("receipt"));
        payments.record("18", context -> new CompletableFuture<>());
        payments.record("18", RecordOptions.orJoin(), context -> new CompletableFuture<>());
        assertThat(scraped()).isEqualTo(documented().get(1));
    }

    @Test
    void itShowsWhatPrometheusGetsOfObservedTasks() throws IOException {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
        ObservedTracking observed = ObservedTracking.of(observations);
        TaskGroup orders = TaskGroup.builder("orders").build();
        Mono.just("order-17").transform(observed.trackWith(orders, "ship")).block();
        Mono.error(new IOException("no ship"))
                .transform(observed.trackWith(orders, "ship"))
                .onErrorComplete()
                .block();
        Mono.never().transform(observed.trackWith(orders, "ship")).subscribe();
        assertThat(scraped()).isEqualTo(documented().get(2));
    }
}
