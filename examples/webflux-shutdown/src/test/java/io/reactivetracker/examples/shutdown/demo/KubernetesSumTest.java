// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.convert.DurationStyle;
import org.yaml.snakeyaml.Yaml;

/** Tests that the times in the manifest, the example's properties and the page that explains them add up. */
class KubernetesSumTest {

    private static final Path DOCS = Path.of("..", "..", "docs");
    private static final int MARGIN = 3;

    private final Object manifest = yaml(DOCS.resolve("kubernetes/deployment.yaml"));
    private final Object properties = yaml(Path.of("src/main/resources/application.yaml"));

    private final int preStop = number(container("lifecycle.preStop.sleep.seconds"));
    private final int phase = seconds("spring.lifecycle.timeout-per-shutdown-phase");
    private final int grace = seconds("reactive-tracker.shutdown.grace");
    private final int cancelWait = seconds("reactive-tracker.shutdown.cancel-wait");
    private final int allowed = number(at(manifest, "spec.template.spec.terminationGracePeriodSeconds"));

    KubernetesSumTest() throws IOException {}

    @Test
    void everythingThatAShutdownWaitsForIsOverBeforeThePodIsKilled() {
        assertThat(preStop + phase + grace + cancelWait + MARGIN).isLessThanOrEqualTo(allowed);
    }

    @Test
    void thePageAddsUpTheSameTimes() throws IOException {
        assertThat(column(3)).containsExactly(preStop, phase, grace, cancelWait, MARGIN, allowed);
        List<Integer> defaults = column(2);
        assertThat(defaults.subList(0, 5).stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(defaults.get(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"startupProbe", "livenessProbe", "readinessProbe"})
    void theProbesAskTheManagementPortForAGroupOfTheHealth(String probe) {
        assertThat(container(probe + ".httpGet.port")).isEqualTo("management");
        String group = probe.equals("readinessProbe") ? "readiness" : "liveness";
        assertThat(container(probe + ".httpGet.path")).isEqualTo("/actuator/health/" + group);
        assertThat(at(properties, "management.endpoint.health.group.readiness.include"))
                .asString()
                .contains("taskTrackers");
    }

    @Test
    void thePortsAreThoseOfTheApplication() {
        assertThat(container("ports.0.containerPort")).isEqualTo(at(properties, "server.port"));
        assertThat(container("ports.1.containerPort")).isEqualTo(at(properties, "management.server.port"));
    }

    private Object container(String path) {
        return at(manifest, "spec.template.spec.containers.0." + path);
    }

    private int seconds(String property) {
        return Math.toIntExact(
                DurationStyle.detectAndParse(at(properties, property).toString())
                        .toSeconds());
    }

    /** Returns the numbers in a column of the page's table, whose first row is that of preStop. */
    private static List<Integer> column(int index) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (String line : Files.readAllLines(DOCS.resolve("kubernetes.md"))) {
            if (line.matches("\\|.*\\d s[ *]*\\|")) {
                numbers.add(number(line.split("\\|", -1)[index + 1].replaceAll("[ *s]", "")));
            }
        }
        return numbers;
    }

    private static int number(Object value) {
        return Integer.parseInt(value.toString());
    }

    private static Object yaml(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return new Yaml().loadAll(reader).iterator().next();
        }
    }

    private static Object at(Object from, String path) {
        Object value = from;
        for (String step : path.split("\\.", -1)) {
            value = value instanceof List<?> list ? list.get(Integer.parseInt(step)) : ((Map<?, ?>) value).get(step);
            Objects.requireNonNull(value, () -> "nothing at " + path);
        }
        return value;
    }
}
