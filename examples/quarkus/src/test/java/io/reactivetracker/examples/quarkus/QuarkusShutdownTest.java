// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The packaged application is told to stop while it ships orders. */
class QuarkusShutdownTest {

    private static final int SIGTERM = 128 + 15;
    private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void shipsEveryAcceptedOrderBeforeItExits() throws Exception {
        List<String> printed = acceptAndStop();
        assertThat(printed)
                .filteredOn(line -> line.startsWith("shipped "))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> "shipped " + i).toList());
        assertThat(printed).contains("drained: true");
    }

    /** The control: an application that has orders in flight exits at the signal, unless it waits. */
    @Test
    void losesOrdersIfNothingWaits() throws Exception {
        assertThat(acceptAndStop("-Dshop.wait.off=true", "-Dshop.shipment.millis=600000"))
                .noneMatch(line -> line.startsWith("shipped "));
    }

    /** Returns what the application prints after it was told to stop with 20 orders in flight. */
    private List<String> acceptAndStop(String... options) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", "target/quarkus-app/quarkus-run.jar"));
        Process application =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = application.inputReader()) {
            int port = portOf(output);
            for (int i = 0; i < 20; i++) {
                HttpRequest order = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/orders/" + i))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build();
                HttpResponse<String> answer = client.send(order, HttpResponse.BodyHandlers.ofString());
                assertThat(answer.body()).startsWith("accepted as #");
            }
            application.toHandle().destroy(); // SIGTERM; Process.destroy() would close the output too
            List<String> printed = output.lines().toList();
            assertThat(application.waitFor()).isEqualTo(SIGTERM);
            return printed;
        } finally {
            application.destroyForcibly();
        }
    }

    private static int portOf(BufferedReader output) throws Exception {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
        }
        throw new AssertionError("the application has not started");
    }
}
