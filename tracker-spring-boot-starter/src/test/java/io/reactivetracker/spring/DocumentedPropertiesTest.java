// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** The documented table of properties matches the generated configuration metadata. */
class DocumentedPropertiesTest {

    private static final Path PAGE = Path.of("..", "docs", "spring-boot.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `((?:reactive-tracker|management)\\.[^`]+)` \\| (.*?) ?\\| (.*) \\|");

    @Test
    void areThoseThatThereAre() throws IOException {
        assertThat(documented()).isEqualTo(generated());
    }

    @Test
    void areThoseThatAreBound() throws IOException {
        assertThat(generated())
                .containsKeys(
                        "reactive-tracker.shutdown.grace",
                        "reactive-tracker.track-subscriptions-in",
                        "reactive-tracker.watchdog.max-age",
                        "management.endpoint.tasktrackers.access",
                        "management.health.tasktrackers.enabled")
                .hasSize(ReactiveTrackerProperties.class.getRecordComponents().length
                        - 3
                        + ReactiveTrackerProperties.Background.class.getRecordComponents().length
                        + ReactiveTrackerProperties.Shutdown.class.getRecordComponents().length
                        + ReactiveTrackerProperties.Web.class.getRecordComponents().length
                        + TaskWatchdogAutoConfiguration.Properties.class.getRecordComponents().length
                        + 3);
    }

    private static Map<String, Property> documented() throws IOException {
        Map<String, Property> properties = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                properties.put(row.group(1), new Property(plain(row.group(2)), plain(row.group(3))));
            }
        }
        return properties;
    }

    private static Map<String, Property> generated() throws IOException {
        // The starter's metadata, not that of another library on the class path.
        String json = Files.readString(Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json"));
        Map<String, Property> properties = new TreeMap<>();
        List<?> all = (List<?>) Objects.requireNonNull(
                JsonParserFactory.getJsonParser().parseMap(json).get("properties"));
        for (Object each : all) {
            Map<?, ?> property = (Map<?, ?>) each;
            properties.put(
                    String.valueOf(property.get("name")),
                    new Property(
                            Objects.toString(property.get("defaultValue"), ""),
                            plain(String.valueOf(property.get("description")))));
        }
        return properties;
    }

    private static String plain(String text) {
        return text.replace("`", "").replace("'", "").strip();
    }

    private record Property(String defaultValue, String description) {}
}
