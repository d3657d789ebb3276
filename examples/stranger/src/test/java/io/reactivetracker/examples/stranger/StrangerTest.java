// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.stranger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Copies the programs of README and Getting started into fresh folders, as printed, runs them with the artifacts that
 * the build installs, and compares what they print with what the page says.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only ends what hangs
class StrangerTest {

    private static final Path DOCS = Path.of("../../docs/getting-started");
    private static final Pattern LOG = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT.*");
    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    @TempDir
    Path folder;

    @BeforeAll
    static void install() throws Exception {
        Stranger.install();
    }

    static Stream<Page> pages() throws IOException {
        List<Page> pages = new ArrayList<>();
        try (Stream<Path> files = Files.list(DOCS)) {
            for (Path file : files.sorted().toList()) {
                Page page = Page.read(file);
                if (!page.name().equals("index.md")) {
                    pages.add(page);
                }
            }
        }
        return pages.stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theProgramOfThePagePrintsWhatThePageSaysWithMaven(Page page) throws Exception {
        assertThat(page.files()).containsKey("pom.xml").hasSizeGreaterThan(1);
        String command = page.fence("shell", "mvn ").strip();
        assertThat(command).matches("mvn( [\\w:-]+)+");
        Stranger stranger = new Stranger(folder);
        stranger.write(page.files());

        List<String> printed = stranger.mvn(command.substring("mvn ".length()).split(" "));

        assertPrints(page.output(), withoutLog(printed));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theProgramOfThePagePrintsWhatThePageSaysWithGradle(Page page) throws Exception {
        assumeTrue(isOnPath("gradle"), "there is no gradle on the path");
        // The page asks for a toolchain of 17, which Gradle finds for sure only if it runs on it.
        assumeTrue(Runtime.version().feature() == 17, "not on JDK 17");
        assertThat(page.files()).containsKey("build.gradle.kts");
        assertThat(page.text()).contains("`gradle -q run`");
        Stranger stranger = new Stranger(folder);
        stranger.write(page.files());

        assertPrints(page.output(), withoutLog(stranger.gradle("-q", "run")));
    }

    @Test
    void theProgramsOfTheReadmePrintWhatTheirTextSays() throws Exception {
        Page readme = Page.read(Path.of("../../README.md"));
        Stranger stranger = new Stranger(folder);
        stranger.write("pom.xml", ReadmePom.of(readme));
        stranger.write("src/main/java/Shipping.java", readme.fence("java", "class Shipping "));
        stranger.write("src/main/java/Billing.java", readme.fence("java", "class Billing "));
        stranger.write("src/main/java/shop/Orders.java", "package shop;\n" + readme.fence("java", "class Orders "));
        stranger.write("src/main/java/shop/Shop.java", """
                package shop;

                @org.springframework.boot.autoconfigure.SpringBootApplication
                class Shop {
                    public static void main(String[] args) {
                        org.springframework.boot.SpringApplication.run(Shop.class, args);
                    }
                }
                """);
        stranger.mvn("compile", "dependency:build-classpath", "-Dmdep.outputFile=target/classpath");

        assertThat(stranger.run("Shipping")).containsExactly("shipped a", "shipped b", "shipped c");
        assertThat(stranger.run("Billing")).containsExactly("billed 1", "billed 2", "billed 3");
        assertThat(logOfAServerThatGetsThreeOrdersAndASigterm(stranger.java("shop.Shop", "--server.port=0")))
                .anyMatch(line -> line.contains("group \"application\" drained in ")
                        && line.endsWith(" completed, 0 failed, 0 cancelled, 0 timed out, 0 rejected, 0 stuck"));
    }

    private static List<String> logOfAServerThatGetsThreeOrdersAndASigterm(ProcessBuilder command) throws Exception {
        Process server = command.redirectErrorStream(true).start();
        List<String> log = new ArrayList<>();
        try (BufferedReader output = server.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                log.add(line);
                Matcher started = STARTED.matcher(line);
                if (started.find()) {
                    for (int order = 1; order <= 3; order++) {
                        order(Integer.parseInt(started.group(1)), order);
                    }
                    server.toHandle().destroy(); // SIGTERM, and goes on reading
                }
            }
            server.waitFor();
        } finally {
            server.destroyForcibly();
        }
        return log;
    }

    private static void order(int port, int order) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + port + "/orders/" + order);
        HttpRequest request = HttpRequest.newBuilder(address)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(202);
    }

    /** In the lines of a page, … stands for any text. */
    private static void assertPrints(List<String> said, List<String> printed) {
        assertThat(printed).hasSameSizeAs(said);
        for (int i = 0; i < said.size(); i++) {
            String anyText = Pattern.quote(said.get(i)).replace("…", "\\E.*\\Q");
            assertThat(printed.get(i)).as("line %d of %s", i + 1, printed).matches(anyText);
        }
    }

    /** Without the banner of Spring Boot, which is above its first line of the log, and without its log. */
    private static List<String> withoutLog(List<String> printed) {
        List<String> lines = new ArrayList<>();
        for (String line : printed) {
            boolean isLog = LOG.matcher(line).matches();
            if (isLog && lines.stream().anyMatch(before -> before.contains(":: Spring Boot ::"))) {
                lines.clear();
            } else if (!isLog) {
                lines.add(line);
            }
        }
        return lines;
    }

    private static boolean isOnPath(String program) {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Stream.of(path.split(Pattern.quote(File.pathSeparator)))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
