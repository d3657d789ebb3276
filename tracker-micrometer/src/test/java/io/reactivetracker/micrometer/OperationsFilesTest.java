// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.TaskRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import reactor.core.publisher.Mono;

/** The dashboard and the alert rules name the metrics and labels that Prometheus gets, and the dashboard names all. */
class OperationsFilesTest {

    private static final Path DOCS = Path.of("..", "docs");
    private static final Path DASHBOARD = DOCS.resolve("operations/grafana-dashboard.json");
    private static final Path RULES = DOCS.resolve("operations/prometheus-rules.yml");

    /** The labels that Prometheus itself adds. */
    private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{(.*)\\})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final int WIDTH = 24;

    /** By metric and label, the values in the output of an application that has everything. */
    private final Map<String, Map<String, Set<String>>> published = new LinkedHashMap<>();

    @BeforeEach
    void scrape() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
        TaskTracker imports = TaskTracker.create("imports");
        TaskGroup orders = TaskGroup.builder("orders").build();
        TaskRecorder<String> payments = TaskRecorder.create();
        new TaskTrackerMetrics(imports).bindTo(registry);
        new TaskGroupMetrics(orders).bindTo(registry);
        new TaskRecorderMetrics(payments, "payments").bindTo(registry);
        ObservedTracking observed = ObservedTracking.of(observations);
        Mono.just("order-17").transform(observed.trackWith(orders, "ship")).block();
        Mono.never().transform(observed.trackWith(orders, "ship")).subscribe();
        CompletableFuture<String> unused =
                payments.record("17", context -> CompletableFuture.completedFuture("receipt"));
        SAMPLE.matcher(registry.scrape()).results().forEach(sample -> {
            Map<String, Set<String>> labels = published.computeIfAbsent(sample.group(1), name -> new LinkedHashMap<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2))
                        .results()
                        .forEach(label -> labels.computeIfAbsent(label.group(1), key -> new HashSet<>())
                                .add(label.group(2)));
            }
        });
        assertThat(published).hasSizeGreaterThan(20);
    }

    private static DocumentContext dashboard() throws IOException {
        return JsonPath.parse(Files.readString(DASHBOARD));
    }

    private static List<Map<String, Object>> rules() throws IOException {
        Map<String, List<Map<String, List<Map<String, Object>>>>> file = new Yaml().load(Files.readString(RULES));
        return Objects.requireNonNull(
                Objects.requireNonNull(file.get("groups")).get(0).get("rules"));
    }

    private void assertIsPublished(String query) {
        PromQl parsed = PromQl.parse(query);
        assertThat(published.keySet()).as(query).containsAll(parsed.metrics());
        assertThat(parsed.metrics()).as(query).isNotEmpty();
        for (String metric : parsed.metrics()) {
            Map<String, Set<String>> labels = Objects.requireNonNull(published.get(metric));
            Set<String> known = new HashSet<>(labels.keySet());
            known.addAll(OF_THE_TARGET);
            assertThat(known).as(query).containsAll(parsed.labels());
            parsed.values().forEach((label, values) -> {
                if (values.stream().noneMatch(value -> value.startsWith("$"))) {
                    assertThat(labels.get(label)).as(query).containsAll(values);
                }
            });
        }
    }

    @Test
    void eachQueryOfTheDashboardNamesWhatAnApplicationPublishes() throws IOException {
        List<String> queries = dashboard().read("$.panels[*].targets[*].expr");
        assertThat(queries).hasSizeGreaterThan(20).allSatisfy(this::assertIsPublished);
    }

    @Test
    void eachMeterIsInAPanel() throws IOException {
        List<String> queries = dashboard().read("$.panels[*].targets[*].expr");
        Set<String> shown = new TreeSet<>();
        queries.forEach(query -> shown.addAll(PromQl.parse(query).metrics()));
        assertThat(shown).containsExactlyInAnyOrderElementsOf(published.keySet());
    }

    @Test
    void eachVariableIsDeclaredAndReadsWhatAnApplicationPublishes() throws IOException {
        DocumentContext dashboard = dashboard();
        List<String> declared = dashboard.read("$.templating.list[*].name");
        Set<String> used = new TreeSet<>();
        Matcher variables = Pattern.compile("\\$\\{?(\\w+)").matcher(Files.readString(DASHBOARD));
        while (variables.find()) {
            if (!variables.group(1).startsWith("__")) {
                used.add(variables.group(1));
            }
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(declared);
        List<String> queries = dashboard.read("$.templating.list[*].query.query");
        assertThat(queries).hasSize(declared.size() - 1).allSatisfy(this::assertIsPublished);
    }

    @Test
    void eachPanelSaysWhatItShowsAndHasAPlaceOfItsOwn() throws IOException {
        List<Map<String, Object>> panels = dashboard().read("$.panels");
        Set<Object> ids = new HashSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        for (Map<String, Object> panel : panels) {
            String title = (String) panel.get("title");
            assertThat(title).isNotBlank();
            assertThat(ids.add(panel.get("id"))).as(title).isTrue();
            if (!"row".equals(panel.get("type"))) {
                assertThat((String) panel.get("description")).as(title).endsWith(".");
                assertThat(panel.get("datasource"))
                        .as(title)
                        .isEqualTo(Map.of("type", "prometheus", "uid", "${datasource}"));
            }
            for (List<Integer> cell : cells(panel)) {
                assertThat(cell.get(0)).as(title).isBetween(0, WIDTH - 1);
                assertThat(taken.add(cell)).as(title + " " + cell).isTrue();
            }
        }
    }

    private static List<List<Integer>> cells(Map<String, Object> panel) {
        Map<?, ?> place = (Map<?, ?>) Objects.requireNonNull(panel.get("gridPos"));
        List<List<Integer>> cells = new ArrayList<>();
        for (int x = 0; x < number(place, "w"); x++) {
            for (int y = 0; y < number(place, "h"); y++) {
                cells.add(List.of(number(place, "x") + x, number(place, "y") + y));
            }
        }
        return cells;
    }

    private static int number(Map<?, ?> place, String key) {
        return (Integer) Objects.requireNonNull(place.get(key), key);
    }

    @Test
    void theFileOfRulesIsTheBlockOfThePage() throws IOException {
        Matcher block = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOCS.resolve("metrics.md")));
        assertThat(block.find()).isTrue();
        assertThat(Files.readString(RULES)).isEqualTo(block.group(1));
    }

    @Test
    void eachRuleNamesWhatAnApplicationPublishes() throws IOException {
        assertThat(rules()).hasSizeGreaterThan(5).allSatisfy(rule -> {
            assertIsPublished((String) Objects.requireNonNull(rule.get("expr")));
            assertThat(Set.of("alert", "expr", "for")).containsAll(rule.keySet());
        });
    }

    @Test
    void thePageOfIncidentsHasASectionForEachAlert() throws IOException {
        String page = Files.readString(DOCS.resolve("operations/incidents.md"));
        Set<Object> names = new HashSet<>();
        assertThat(rules()).allSatisfy(rule -> {
            assertThat(page).contains("\n## `" + rule.get("alert") + "`: ");
            assertThat(names.add(rule.get("alert"))).isTrue();
        });
        Matcher sections = Pattern.compile("(?m)^## `(\\w+)`").matcher(page);
        while (sections.find()) {
            assertThat(names).contains(sections.group(1));
        }
    }

    @Test
    void aWrongQueryIsFound() {
        for (String wrong : List.of(
                "sum(task_group_actve_tasks)",
                "sum by (grp) (task_group_active_tasks)",
                "sum(task_group_ended_tasks_total{outcome=\"lost\"})",
                "summ(task_group_active_tasks)",
                "sum(task_group_active_tasks",
                "sum(task_group_active_tasks{group=\"a\")",
                "sum(rate(task_group_issued_tasks_total[5x]))")) {
            assertThatThrownBy(() -> assertIsPublished(wrong)).as(wrong).isInstanceOf(AssertionError.class);
        }
    }
}
