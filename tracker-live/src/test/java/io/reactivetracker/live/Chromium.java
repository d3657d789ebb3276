// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A headless Chromium in its own process, with its own profile. */
final class Chromium implements AutoCloseable {

    private static final long SECONDS_TO_START = 60;

    private final Path profile = Files.createTempDirectory("chromium");
    private final Process process;
    private final CompletableFuture<URI> devTools = new CompletableFuture<>();

    Chromium(Path executable) throws IOException {
        process = new ProcessBuilder(List.of(
                        executable.toString(),
                        "--headless=new",
                        // It opens only our pages, and a container does not permit a sandbox.
                        "--no-sandbox",
                        "--disable-dev-shm-usage",
                        "--disable-gpu",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--no-proxy-server",
                        "--force-color-profile=srgb",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank"))
                .redirectErrorStream(true)
                .start();
        Thread reader = new Thread(this::read, "console of Chromium");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Returns the path in the system property {@code chromium}, where empty means none; otherwise searches the path.
     */
    static Optional<Path> executable() {
        String given = System.getProperty("chromium");
        if (given != null) {
            return given.isEmpty() ? Optional.empty() : Optional.of(Path.of(given));
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                String sign = "DevTools listening on ";
                if (line.startsWith(sign)) {
                    devTools.complete(URI.create(line.substring(sign.length()).strip()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            devTools.completeExceptionally(new IllegalStateException("Chromium ended before it could be driven"));
        }
    }

    /** Returns the only open page. */
    BrowserPage page() throws Exception {
        URI browser = devTools.get(SECONDS_TO_START, TimeUnit.SECONDS);
        URI list = URI.create("http://127.0.0.1:" + browser.getPort() + "/json/list");
        String targets = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        for (JsonNode target : JsonMapper.shared().readTree(targets)) {
            if (target.path("type").asString().equals("page")) {
                return new BrowserPage(
                        URI.create(target.path("webSocketDebuggerUrl").asString()));
            }
        }
        throw new IllegalStateException("no page among " + targets);
    }

    @Override
    public void close() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
        FileSystemUtils.deleteRecursively(profile);
    }
}
