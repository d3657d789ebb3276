// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The results of all runs in a directory; for each benchmark, those of the latest run that includes it.
 *
 * <p>A benchmark's key is {@code Class.method@threads}, with {@code parameter=value} in brackets if it has any.
 */
final class Results {

    static final String MACHINE = "machine.json";
    static final String SIZES = "sizes.json";

    private static final Pattern ROUND = Pattern.compile("round-(\\d+)-.*\\.json");

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, Measurement> measurements = new LinkedHashMap<>();
    private final Map<String, Double> sizes = new LinkedHashMap<>();
    private Machine machine;

    private Results() {}

    static Results in(Path directory) throws IOException {
        Results results = new Results();
        for (Path run : children(directory)) {
            results.addRun(run);
        }
        return results;
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.sorted().toList();
        }
    }

    private void addRun(Path run) throws IOException {
        for (Path file : children(run)) {
            String name = file.getFileName().toString();
            Matcher matcher = ROUND.matcher(name);
            if (name.equals(MACHINE)) {
                machine = mapper.readValue(file.toFile(), Machine.class);
            } else if (name.equals(SIZES)) {
                sizes.clear();
                mapper.readTree(file.toFile())
                        .properties()
                        .forEach(
                                size -> sizes.put(size.getKey(), size.getValue().asDouble()));
            } else if (matcher.matches() && Files.size(file) > 0) {
                for (JsonNode result : mapper.readTree(file.toFile())) {
                    add(run, Integer.parseInt(matcher.group(1)), result);
                }
            }
        }
    }

    private void add(Path run, int round, JsonNode result) {
        String key = key(result);
        Measurement measurement = measurements.get(key);
        if (measurement == null || !measurement.run().equals(run)) {
            measurement = new Measurement(run);
            measurements.put(key, measurement);
        }
        List<Double> iterations = new ArrayList<>();
        result.path("primaryMetric").path("rawData").path(0).forEach(time -> iterations.add(time.asDouble()));
        measurement.add(
                round,
                Spread.of(iterations).median(),
                result.path("secondaryMetrics")
                        .path("gc.alloc.rate.norm")
                        .path("score")
                        .asDouble());
    }

    private static String key(JsonNode result) {
        String benchmark = result.path("benchmark").asText();
        String name = benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1);
        StringBuilder key =
                new StringBuilder(name + "@" + result.path("threads").asInt());
        result.path("params")
                .properties()
                .forEach(parameter -> key.append('[')
                        .append(parameter.getKey())
                        .append('=')
                        .append(parameter.getValue().asText())
                        .append(']'));
        return key.toString();
    }

    Optional<Measurement> of(String key) {
        return Optional.ofNullable(measurements.get(key));
    }

    Optional<Spread> time(String key) {
        return of(key).map(Measurement::time);
    }

    Optional<Spread> bytes(String key) {
        return of(key).map(Measurement::bytes);
    }

    Optional<Spread> ratio(String key, String to) {
        return of(key).flatMap(one -> of(to).map(other -> one.timeWith(other, (a, b) -> a / b)));
    }

    Map<String, Double> sizes() {
        return sizes;
    }

    Machine machine() {
        return machine;
    }
}
