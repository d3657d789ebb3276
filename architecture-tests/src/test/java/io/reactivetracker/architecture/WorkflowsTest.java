// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The commands of workflows and pages call profiles and modules that exist, and the nightly ones are documented. */
class WorkflowsTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern POM_PROFILE = Pattern.compile("<profile>.*?<id>(.+?)</id>", Pattern.DOTALL);
    private static final Pattern PROFILE = Pattern.compile("-P([\\w-]+)|-Ddemo=([\\w-]+)");
    private static final Pattern MODULES = Pattern.compile("-pl (\\S+)");
    private static final Pattern ACTION = Pattern.compile("[\\w.-]+/[\\w.-]+@v\\d+");

    @ParameterizedTest
    @MethodSource("configurations")
    void isYaml(Path file) throws IOException {
        assertThat(yaml(file)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void eachJobHasATimeLimitAndStepsThatPinTheirAction(Path file) throws IOException {
        for (Object job : map(yaml(file), "jobs").values()) {
            assertThat(asMap(job)).containsKeys("runs-on", "timeout-minutes", "steps");
            for (Object step : (Collection<?>) asMap(job).get("steps")) {
                Object action = asMap(step).get("uses");
                if (action == null) {
                    assertThat(asMap(step)).containsKey("run");
                } else {
                    assertThat(action.toString()).matches(ACTION);
                }
            }
        }
    }

    @Test
    void eachNightlyCommandIsDocumented() throws IOException {
        String documented = Files.readString(ROOT.resolve("CONTRIBUTING.md"));
        Map<String, Object> check =
                map(yaml(ROOT.resolve(".github/workflows/nightly.yml")), "jobs", "check", "strategy", "matrix");
        Collection<?> checks = (Collection<?>) check.get("include");

        assertThat(checks)
                .hasSizeGreaterThan(4)
                .allSatisfy(each ->
                        assertThat(documented).contains("`" + asMap(each).get("command") + "`"));
    }

    @Test
    void profilesAndModulesOfCommandsExist() throws IOException {
        Collection<String> profiles = new TreeSet<>();
        for (Path pom : poms()) {
            POM_PROFILE.matcher(Files.readString(pom)).results().forEach(found -> profiles.add(found.group(1)));
        }
        List<Path> pages = new ArrayList<>(workflows().toList());
        for (String page : List.of("README.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md", "VERSIONING.md")) {
            pages.add(ROOT.resolve(page));
        }
        int commands = 0;
        for (Path page : pages) {
            String text = Files.readString(page);
            for (MatchResult found : PROFILE.matcher(text).results().toList()) {
                String profile = found.group(1) == null ? found.group(2) : found.group(1);
                assertThat(profiles).as("profiles, one of which %s calls", page).contains(profile);
                commands++;
            }
            for (MatchResult found : MODULES.matcher(text).results().toList()) {
                for (String module : found.group(1).replaceAll("[`|)]+$", "").split(",", -1)) {
                    assertThat(ROOT.resolve(module).resolve("pom.xml"))
                            .as("module of a command in %s", page)
                            .exists();
                }
            }
        }
        assertThat(commands).isGreaterThan(10);
    }

    static Stream<Path> workflows() throws IOException {
        return filesIn(".github/workflows");
    }

    static Stream<Path> configurations() throws IOException {
        return Stream.of(
                        filesIn(".github/workflows"),
                        filesIn(".github/ISSUE_TEMPLATE"),
                        Stream.of(ROOT.resolve(".github/dependabot.yml")))
                .flatMap(files -> files);
    }

    private static Stream<Path> filesIn(String folder) throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.sorted().toList().stream();
        }
    }

    private static List<Path> poms() throws IOException {
        List<Path> poms = new ArrayList<>();
        for (Path folder : List.of(ROOT, ROOT.resolve("examples"))) {
            poms.add(folder.resolve("pom.xml"));
            try (Stream<Path> modules = Files.list(folder)) {
                modules.map(module -> module.resolve("pom.xml"))
                        .filter(Files::exists)
                        .forEach(poms::add);
            }
        }
        return poms;
    }

    private static Map<String, Object> yaml(Path file) throws IOException {
        return asMap(new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file)));
    }

    private static Map<String, Object> map(Map<String, Object> from, String... path) {
        Map<String, Object> result = from;
        for (String name : path) {
            result = asMap(result.get(name));
        }
        return result;
    }

    @SuppressWarnings("unchecked") // YAML's keys are texts
    private static Map<String, Object> asMap(Object value) {
        assertThat(value).isInstanceOf(Map.class);
        return (Map<String, Object>) value;
    }
}
