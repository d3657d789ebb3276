// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The load of <a href="https://github.com/wg/wrk">wrk</a>, whose script records the accepted orders. */
final class Wrk implements Load {

    private static final String LONGEST = "60s";

    static boolean isInstalled() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "wrk")));
    }

    @Override
    public Answers run(InetSocketAddress server) throws Exception {
        Path folder = Files.createTempDirectory("wrk");
        Path script = folder.resolve("orders.lua");
        try (var lines = Wrk.class.getResourceAsStream("/orders.lua")) {
            Files.copy(lines, script);
        }
        // One thread per connection: each thread's responses arrive in the order of its requests.
        Process wrk = new ProcessBuilder("wrk", "-t8", "-c8", "-d" + LONGEST, "-s", script.toString(), url(server))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile())
                .start();
        try {
            while (wrk.isAlive() && listens(server)) {
                Thread.sleep(50);
            }
        } finally {
            wrk.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return new Answers(
                    files.filter(file -> file.getFileName().toString().startsWith("accepted-"))
                            .flatMap(Wrk::lines)
                            .collect(Collectors.toMap(Function.identity(), order -> Answer.ACCEPTED)));
        }
    }

    private static String url(InetSocketAddress server) {
        return "http://" + server.getAddress().getHostAddress() + ":" + server.getPort();
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean listens(InetSocketAddress server) {
        try (Socket socket = new Socket()) {
            socket.connect(server);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }
}
