// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.examples.shutdown.OrderServer;
import io.reactivetracker.group.TaskGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** The order server, controlled by the lines of its standard input. */
final class HandledServer {

    private HandledServer() {}

    public static void main(String[] arguments) {
        ConfigurableApplicationContext context = SpringApplication.run(OrderServer.class, arguments);
        Thread hand = new Thread(() -> obey(context), "hand");
        // So that the process ends when the server does.
        hand.setDaemon(true);
        hand.start();
    }

    private static void obey(ConfigurableApplicationContext context) {
        try {
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                String[] words = line.split(" ", 2);
                switch (words[0]) {
                    case "hang" -> hang(context, JsonMapper.shared().readValue(words[1], String.class));
                    case "close-group" -> context.getBean(TaskGroup.class).close();
                    case "close-context-twice" -> {
                        context.close();
                        context.close();
                    }
                    default -> throw new IllegalArgumentException(line);
                }
                System.out.println("done: " + words[0]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A task that never ends, even when cancelled. */
    private static void hang(ConfigurableApplicationContext context, String name) {
        CompletableFuture<Object> unused =
                context.getBean(TaskGroup.class).submit(TaskOptions.named(name), task -> new CompletableFuture<>());
    }
}
