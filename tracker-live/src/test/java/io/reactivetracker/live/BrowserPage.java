// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A page in a browser, driven by the <a href="https://chromedevtools.github.io/devtools-protocol/">DevTools
 * protocol</a>: JSON over a web socket, for which the JDK is enough.
 */
final class BrowserPage implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final long SECONDS_FOR_ANSWER = 60;

    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final WebSocket socket;

    BrowserPage(URI address) throws Exception {
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(address, new Receiver())
                .get(SECONDS_FOR_ANSWER, TimeUnit.SECONDS);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            send(domain + ".enable", Map.of());
        }
    }

    /** Sends these credentials with all later requests, as after the browser's own dialog. */
    void logIn(String user, String password) throws Exception {
        String credentials =
                Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        send("Network.setExtraHTTPHeaders", Map.of("headers", Map.of("Authorization", "Basic " + credentials)));
    }

    void open(String address) throws Exception {
        send("Page.navigate", Map.of("url", address));
    }

    void size(int width, int height) throws Exception {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void colorScheme(String scheme) throws Exception {
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Returns the value of an expression in the page's JavaScript, as text. */
    String evaluate(String expression) throws Exception {
        JsonNode answer = send("Runtime.evaluate", Map.of("expression", "String(" + expression + ")"));
        if (answer.has("exceptionDetails")) {
            throw new IllegalArgumentException(expression + ": " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value").asString();
    }

    /** Returns the visible text of the first element that matches a selector. */
    String text(String selector) throws Exception {
        return evaluate("document.querySelector('" + selector + "')?.innerText");
    }

    /** Presses a key that is named as in JavaScript, with the code that makes the browser itself act on it. */
    void press(String key) throws Exception {
        Map<String, Object> event = new HashMap<>(Map.of("key", key, "code", key));
        event.put(
                "windowsVirtualKeyCode",
                switch (key) {
                    case "Tab" -> 9;
                    case "Enter" -> 13;
                    case "Escape" -> 27;
                    case "ArrowLeft" -> 37;
                    case "ArrowRight" -> 39;
                    default -> throw new IllegalArgumentException(key);
                });
        if (key.equals("Enter")) {
            event.put("text", "\r");
        }
        for (String type : List.of("keyDown", "keyUp")) {
            event.put("type", type);
            send("Input.dispatchKeyEvent", event);
        }
    }

    /** Cuts the browser off from all servers, or connects it again. */
    void offline(boolean isOffline) throws Exception {
        send(
                "Network.emulateNetworkConditions",
                Map.of("offline", isOffline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    }

    void screenshot(Path file) throws Exception {
        JsonNode answer = send("Page.captureScreenshot", Map.of("format", "png"));
        Files.write(file, Base64.getDecoder().decode(answer.path("data").asString()));
    }

    /** Returns the page's errors so far: exceptions, logged errors and warnings, violated policies, dialogs. */
    List<String> complaints() {
        return complaints;
    }

    JsonNode send(String method, Map<String, ?> parameters) throws Exception {
        int id = lastId.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                .get(SECONDS_FOR_ANSWER, TimeUnit.SECONDS);
        JsonNode message = answer.get(SECONDS_FOR_ANSWER, TimeUnit.SECONDS);
        if (message.has("error")) {
            throw new IllegalArgumentException(method + ": " + message.path("error"));
        }
        return message.path("result");
    }

    private void receive(JsonNode message) {
        CompletableFuture<JsonNode> answer =
                message.has("id") ? answers.remove(message.path("id").asInt()) : null;
        if (answer != null) {
            answer.complete(message);
            return;
        }
        switch (message.path("method").asString("")) {
            case "Runtime.exceptionThrown", "Page.javascriptDialogOpening" -> complaints.add(message.toString());
            case "Runtime.consoleAPICalled" -> complaints.add(message.toString());
            case "Log.entryAdded" -> complaints.add(message.toString());
            default -> {}
        }
    }

    @Override
    public void close() {
        socket.abort();
    }

    /** Joins the parts of a message. */
    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder pieces = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence piece, boolean isLast) {
            pieces.append(piece);
            if (isLast) {
                String message = pieces.toString();
                pieces.setLength(0);
                receive(JSON.readTree(message));
            }
            from.request(1);
            return null;
        }
    }
}
