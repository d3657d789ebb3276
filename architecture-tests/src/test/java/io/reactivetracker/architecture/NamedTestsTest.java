// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each test that a page names as a proof exists. */
class NamedTestsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> PAGES = List.of("ARCHITECTURE.md", "docs/guarantees.md", "docs/verification.md");
    private static final Pattern NAME =
            Pattern.compile("`((?:[A-Z]\\w+(?:Test|Stress|Benchmark))|TrackerWithoutEpoch|RecorderOfSets)`");
    /** Tests of other projects. */
    private static final Set<String> OF_OTHERS =
            Set.of("FluxTakeTest", "FluxSwitchOnFirstTest", "MaybeUsingTest", "CompletableUsingTest");

    @Test
    void exist() throws IOException {
        Set<String> named = new TreeSet<>();
        for (String page : PAGES) {
            NAME.matcher(Files.readString(ROOT.resolve(page))).results().forEach(name -> named.add(name.group(1)));
        }
        named.removeAll(OF_OTHERS);
        assertThat(named).hasSizeGreaterThan(50);
        assertThat(sources()).containsAll(named);
    }

    private static Set<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java") || name.endsWith(".kt"))
                    .map(name -> name.substring(0, name.lastIndexOf('.')))
                    .collect(Collectors.toSet());
        }
    }
}
