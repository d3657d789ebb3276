// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of their own with JUnit 5, and with only one of the libraries. */
class OtherClassPathsTest {

    private static final Pattern JUNIT = Pattern.compile("junit-(jupiter|platform)-.*\\.jar");

    /** Where the build puts the jar files of JUnit 5. */
    private static final Path JUNIT_5 = Path.of(System.getProperty("junit5", "target/junit5"));

    @TempDir
    Path folder;

    @Test
    void theResultsAreThoseOfJUnit6AlsoWithJUnit5() throws Exception {
        List<Class<?>> fixtures = List.of(
                Fixtures.Plain.class,
                Fixtures.OfTheClass.class,
                Fixtures.InTheConstructor.class,
                Fixtures.InTheOnlyConstructor.class,
                Fixtures.Several.class,
                Fixtures.Allowed.class);
        List<String> expected = new ArrayList<>();
        fixtures.forEach(fixture -> expected.addAll(FixtureRun.run(fixture)));
        boolean unusedIsInterrupted = Thread.interrupted();

        List<String> classPath = new ArrayList<>(classPathWithout(JUNIT));
        try (Stream<Path> jars = Files.list(JUNIT_5)) {
            jars.map(Path::toString).forEach(classPath::add);
        }
        assertThat(classPath).anyMatch(entry -> entry.contains("junit-jupiter-api-5."));
        assertThat(outputOf(classPath, fixtures)).containsExactlyElementsOf(expected);
    }

    @Test
    void withoutReactorItFindsWhatRxJavaLeaves() throws Exception {
        assertThat(outputOf(
                        classPathWithout(Pattern.compile("(reactor|tracker-reactor).*")),
                        List.of(RxJavaFixtures.class)))
                .containsExactlyElementsOf(RxJavaTest.EXPECTED);
    }

    @Test
    void withoutRxJavaItFindsWhatReactorLeaves() throws Exception {
        assertThat(outputOf(
                        classPathWithout(Pattern.compile("(rxjava|tracker-rxjava).*")), List.of(Fixtures.Before.class)))
                .containsExactly("leaves(): Fixtures.Before.leaves left 1 subscription: Fixtures$Orders.accept:N");
    }

    private static List<String> classPathWithout(Pattern names) {
        List<String> all = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        List<String> some = all.stream()
                .filter(entry -> Stream.of(entry.split("[/\\\\]"))
                        .noneMatch(part -> names.matcher(part).matches()))
                .toList();
        assertThat(some).hasSizeLessThan(all.size());
        return some;
    }

    private List<String> outputOf(List<String> classPath, List<Class<?>> fixtures)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Dfile.encoding=UTF-8",
                "-Dreactor.logging.fallback=JDK",
                "-cp",
                String.join(File.pathSeparator, classPath),
                FixtureRun.class.getName()));
        fixtures.forEach(fixture -> command.add(fixture.getName()));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        return Files.readAllLines(output);
    }
}
