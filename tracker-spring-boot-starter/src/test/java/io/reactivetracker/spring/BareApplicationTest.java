// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.group.TaskGroup;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application in its own process, with only the starter's dependencies on its class path. */
class BareApplicationTest {

    /** The starter's dependencies: Spring Boot and Spring without the optional ones. */
    private static final Pattern BROUGHT = Pattern.compile("(test-)?classes"
            + "|tracker-(core|reactor)-.*|reactor-core-.*|reactive-streams-.*|jspecify-.*"
            + "|spring-boot-(autoconfigure-)?\\d.*|spring-(core|beans|context|aop|expression)-.*"
            + "|commons-logging-.*|micrometer-(observation|commons)-.*|snakeyaml-.*"
            + "|logback-.*|slf4j-.*|jul-to-slf4j-.*|log4j-.*|jakarta.annotation-.*");

    @Test
    void neitherActuatorNorMetricsNorAWebServerIsNeeded() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath(),
                        Application.class.getName())
                .redirectErrorStream(true)
                .start();
        String console;
        try {
            console = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(console).isZero();
        } finally {
            Process unused = process.destroyForcibly();
        }
        assertThat(console)
                .contains("the group is TaskGroup[application, open, ")
                .contains("group \"application\" drained in 0.0 s: ")
                .doesNotContain("WARN")
                .doesNotContain("ERROR");
    }

    private static String classPath() {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String bare = Arrays.stream(all.split(File.pathSeparator))
                .filter(entry ->
                        BROUGHT.matcher(Path.of(entry).getFileName().toString()).matches()
                                || entry.contains("tracker-core")
                                || entry.contains("tracker-reactor"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(bare)
                .doesNotContain("actuator")
                .doesNotContain("netty")
                .doesNotContain("spring-web")
                .doesNotContain("micrometer-core");
        return bare;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        public static void main(String[] arguments) {
            try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, arguments)) {
                System.out.println("the group is " + context.getBean(TaskGroup.class));
            }
        }
    }
}
