// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Tests that each block of code that a reader can copy appears, paragraph by paragraph, in a source file of the
 * examples or in a test of the Spring Boot starter, where it is compiled and run.
 */
class DocumentedCodeTest {

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern MARKDOWN_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern JAVADOC_BLOCK =
            Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* \\}</pre>", Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> isCompiledAndRun() throws IOException {
        List<List<String>> sources = new ArrayList<>();
        for (Path file : javaFiles("examples")) {
            sources.add(lines(Files.readString(file)));
        }
        for (Path file : javaFiles("tracker-spring-boot-starter/src/test")) {
            sources.add(lines(Files.readString(file)));
        }
        return blocks().stream()
                .map(block -> DynamicTest.dynamicTest(
                        block.where,
                        () -> assertThat(block.paragraphs())
                                .allSatisfy(paragraph -> assertThat(sources.stream()
                                                .anyMatch(source -> Collections.indexOfSubList(source, paragraph) >= 0))
                                        .as(
                                                "whether a source contains, line by line:%n%s",
                                                String.join("\n", paragraph))
                                        .isTrue())));
    }

    @Test
    void isFoundWhereItIsExpected() throws IOException {
        assertThat(blocks())
                .extracting(Block::where)
                .contains(
                        "README.md 1",
                        "TaskTracker.java 1",
                        "RxTracking.java 1",
                        "ObservedTracking.java 1",
                        "RedisRecordStore.java 1");
        assertThat(blocks()).hasSizeGreaterThan(10);
    }

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>(blocksOf(ROOT.resolve("README.md"), MARKDOWN_BLOCK));
        for (String module : List.of(
                "tracker-core",
                "tracker-recorder",
                "tracker-test",
                "tracker-reactor",
                "tracker-rxjava",
                "tracker-kotlin",
                "tracker-mutiny",
                "tracker-junit",
                "tracker-micrometer",
                "tracker-redis",
                "tracker-spring-boot-starter")) {
            for (Path file : javaFiles(module + "/src/main")) {
                blocks.addAll(blocksOf(file, JAVADOC_BLOCK));
            }
        }
        return blocks;
    }

    private static List<Block> blocksOf(Path file, Pattern pattern) throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = pattern.matcher(Files.readString(file));
        while (matcher.find()) {
            blocks.add(new Block(file.getFileName() + " " + (blocks.size() + 1), matcher.group(1)));
        }
        return blocks;
    }

    private static List<Path> javaFiles(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    /** Returns the code without indentation, without the stars of Javadoc, and without trailing comments. */
    private static List<String> lines(String text) {
        return text.lines()
                .map(line -> line.replaceFirst("^ *\\*( |$)", "")
                        .replaceFirst(" *// .*$", "")
                        .strip())
                .toList();
    }

    private record Block(String where, String text) {

        List<List<String>> paragraphs() {
            List<List<String>> paragraphs = new ArrayList<>();
            List<String> paragraph = new ArrayList<>();
            for (String line : lines(text + "\n ")) {
                if (!line.isEmpty()) {
                    paragraph.add(line);
                } else if (!paragraph.isEmpty()) {
                    paragraphs.add(paragraph);
                    paragraph = new ArrayList<>();
                }
            }
            if (!paragraph.isEmpty()) {
                paragraphs.add(paragraph);
            }
            return paragraphs;
        }
    }
}
