// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Tests the output of the documented code, in a process that logs as Reactor and RxJava do by default. */
class QuietSnippetsTest {

    /** All classes with documented code except Redis: its client needs SLF4J. */
    private static final List<Class<?>> SNIPPETS = List.of(
            CoreSnippetsTest.class,
            GroupSnippetsTest.class,
            MetricsSnippetsTest.class,
            ReactorRecordingSnippetsTest.class,
            ReactorSnippetsTest.class,
            RecorderSnippetsTest.class,
            RxRecordingSnippetsTest.class,
            RxSnippetsTest.class);

    @Test
    void printNoStackTrace() throws Exception {
        Output output = run(SNIPPETS, classPathWithoutSlf4j());
        assertThat(output.status).as(output.text).isZero();
        assertThat(output.text.lines()).noneMatch(line -> line.startsWith("\tat"));
    }

    @Test
    void printNoStackTraceOverRedis() throws Exception {
        Output output = run(List.of(RedisRecorderSnippetsTest.class), classPath());
        assertThat(output.status).as(output.text).isZero();
        assertThat(output.text.lines()).noneMatch(line -> line.startsWith("\tat"));
    }

    @Test
    void printOneOfAnErrorThatNobodyHandles() throws Exception {
        Output output = run(List.of(Dropped.class), classPathWithoutSlf4j());
        assertThat(output.status).as(output.text).isZero();
        assertThat(output.text.lines())
                .anyMatch(line -> line.contains("no ship"))
                .anyMatch(line -> line.startsWith("\tat"));
    }

    /** Shows that a stack trace would be detected. */
    static class Dropped {

        @Test
        void isLogged() {
            Flux.error(new IllegalStateException("no ship")).subscribe();
        }
    }

    private static Output run(List<Class<?>> classes, String classPath) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                SnippetsProgram.class.getName()));
        classes.forEach(type -> command.add(type.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** With SLF4J but no logging backend, Reactor's log would be lost. */
    private static String classPathWithoutSlf4j() {
        return Stream.of(classPath().split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("slf4j"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private record Output(int status, String text) {}
}
