// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.stranger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Somebody with a JDK, a fresh folder, and a local repository into which our build has installed its artifacts.
 *
 * <p>That repository is in {@code target}. What else a program needs is read from the local repository of the build, or
 * downloaded beside our artifacts: nothing is written into the user's repository.
 */
final class Stranger {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path REPOSITORY = Path.of("target/repository").toAbsolutePath();
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

    /** Only ends what hangs. */
    private static final int MINUTES = 10;

    private final Path folder;

    /** Creates a stranger in an empty folder, with the wrapper that brings Maven. */
    Stranger(Path folder) throws IOException {
        this.folder = folder;
        for (String file : List.of("mvnw", ".mvn/wrapper/maven-wrapper.properties")) {
            write(file, Files.readString(ROOT.resolve(file)));
        }
    }

    /** Installs all modules that the BOM lists, by {@code ./mvnw -q -DskipTests install}. */
    static void install() throws IOException, InterruptedException {
        String bom = Files.readString(ROOT.resolve("tracker-bom/pom.xml"));
        String managed = bom.substring(bom.indexOf("<dependencyManagement>"), bom.indexOf("</dependencyManagement>"));
        List<String> modules = new ArrayList<>(List.of("tracker-bom"));
        managed.lines()
                .filter(line -> line.contains("<artifactId>"))
                .forEach(line -> modules.add(line.replaceAll("\\s*</?artifactId>\\s*", "")));
        // The build around this one checks the format.
        String[] install = {"-DskipTests", "-Dspotless.check.skip", "install", "--also-make", "--projects"};
        run(
                ROOT,
                maven(Stream.concat(Stream.of(install), Stream.of(String.join(",", modules)))
                        .toArray(String[]::new)));
        for (String module : modules) {
            assertThat(REPOSITORY.resolve("io/reactivetracker").resolve(module)).isDirectory();
        }
    }

    void write(String file, String content) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    void write(Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            write(file.getKey(), file.getValue());
        }
    }

    /** Runs Maven by the wrapper, and returns the lines that it prints. */
    List<String> mvn(String... arguments) throws IOException, InterruptedException {
        return run(folder, maven(arguments));
    }

    /** Runs Gradle from the path, whose {@code mavenLocal()} is our repository. */
    List<String> gradle(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "gradle",
                "--no-daemon",
                "--gradle-user-home=" + Path.of("target/gradle").toAbsolutePath(),
                "-Dmaven.repo.local=" + REPOSITORY));
        command.addAll(List.of(arguments));
        return run(folder, command);
    }

    /** Returns the command that runs a class of the folder after {@code dependency:build-classpath}. */
    ProcessBuilder java(String mainClass, String... arguments) throws IOException {
        String libraries = Files.readString(folder.resolve("target/classpath")).strip();
        List<String> command = new ArrayList<>(List.of(
                JAVA_HOME.resolve("bin/java").toString(),
                "-cp",
                folder.resolve("target/classes") + System.getProperty("path.separator") + libraries,
                mainClass));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(folder.toFile());
    }

    /** Runs a class of the folder, and returns the lines that it prints. */
    List<String> run(String mainClass) throws IOException, InterruptedException {
        return run(folder, java(mainClass).command());
    }

    private static List<String> maven(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "mvnw",
                "--batch-mode",
                "--quiet",
                "-Dmaven.repo.local=" + REPOSITORY,
                "-Dmaven.repo.local.tail=" + System.getProperty("stranger.local-repository")));
        if (Boolean.getBoolean("stranger.offline")) {
            command.add("--offline");
        }
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        Path errors = Files.createTempFile("errors", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            builder.environment().put("JAVA_HOME", JAVA_HOME.toString());
            // What the build around us has set for itself.
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.startsWith("MAVEN_") && !name.equals("MAVEN_USER_HOME"));
            // Each Maven runs for seconds only.
            builder.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
            Process process = builder.start();
            boolean hasEnded = process.waitFor(MINUTES, TimeUnit.MINUTES);
            if (!hasEnded) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            assertThat(hasEnded && process.exitValue() == 0)
                    .as(
                            "%s%nin %s ends well. It printed:%n%s%n%s",
                            command, folder, Files.readString(output), Files.readString(errors))
                    .isTrue();
            return Files.readAllLines(output);
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }
}
