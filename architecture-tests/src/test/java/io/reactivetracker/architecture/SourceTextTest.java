// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the formatter does not enforce: the length of lines of comments, and words that this project avoids. */
class SourceTextTest {

    private static final int MAX_COLUMNS = 120;
    private static final Pattern COMMENT = Pattern.compile("^\\s*(\\* |//|/\\*)");
    private static final Pattern AVOIDED =
            Pattern.compile("\\bmost[A-Z]|(?i:\\bwhoever\\b|\\bfor ever\\b|\\bso many\\b|\\bis made,)");
    private static final Set<String> TEXTS =
            Set.of("java", "kt", "md", "json", "html", "js", "lua", "yml", "properties");
    private static final Set<String> SKIPPED = Set.of("target", ".git", "node_modules");

    @Test
    void noLineOfACommentIsLongerThan120Columns() throws IOException {
        List<String> found = new ArrayList<>();
        forEachLine((file, number, line) -> {
            if ((file.toString().endsWith(".java") || file.toString().endsWith(".kt"))
                    && COMMENT.matcher(line).find()
                    && line.codePointCount(0, line.length()) > MAX_COLUMNS) {
                found.add(file + ":" + number);
            }
        });
        assertThat(found).isEmpty();
    }

    @Test
    void avoidedWordsAreNotUsed() throws IOException {
        List<String> found = new ArrayList<>();
        forEachLine((file, number, line) -> {
            if (!file.endsWith("SourceTextTest.java") && AVOIDED.matcher(line).find()) {
                found.add(file + ":" + number + ": " + line.strip());
            }
        });
        assertThat(found).isEmpty();
    }

    private interface LineCheck {
        void check(Path file, int number, String line);
    }

    private static void forEachLine(LineCheck check) throws IOException {
        // Other modules are built at the same time: what is in their folders "target" comes and goes.
        Files.walkFileTree(Path.of(".."), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return SKIPPED.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (isText(file)) {
                    List<String> lines = Files.readAllLines(file);
                    for (int i = 0; i < lines.size(); i++) {
                        check.check(file, i + 1, lines.get(i));
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static boolean isText(Path file) {
        String name = file.getFileName().toString();
        return TEXTS.contains(name.substring(name.lastIndexOf('.') + 1));
    }
}
