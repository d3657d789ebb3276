// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each message that {@code docs/troubleshooting.md} quotes is in the sources, and each public exception has an entry.
 *
 * <p>A block of {@code text} on the page has a message per line. {@code …} stands for a variable part. The pieces
 * between them are from string literals. Some messages quote another one in their variable part, so the pieces of a
 * line may be from several files.
 */
class MessagesPageTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path PAGE = ROOT.resolve("docs/troubleshooting.md");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```text\n(.*?)^```");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"|'((?:[^'\\\\\n]|\\\\.)*)'");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|(?m)^\\s*(?://|--)[^\n]*");
    private static final Pattern EXCEPTION = Pattern.compile("public (?:final )?class (\\w+Exception)\\b");

    @Test
    void quotesOnlyMessagesOfTheSources() throws IOException {
        String text =
                sources().values().stream().map(MessagesPageTest::literals).collect(Collectors.joining("\n"));
        Set<String> literals = text.lines()
                .map(MessagesPageTest::withoutPunctuation)
                .filter(literal -> literal.length() > 1)
                .collect(Collectors.toSet());
        List<String> messages = messages();
        assertThat(messages).hasSizeGreaterThan(90);
        assertThat(messages.stream()
                        .flatMap(message -> pieces(message).stream())
                        .filter(piece -> !isQuoted(piece, text, literals)))
                .as("pieces of messages that are in no source")
                .isEmpty();
        assertThat(messages).noneMatch(message -> pieces(message).isEmpty());
    }

    /** Returns whether a piece is in a literal, or is put together from literals and the beginning of another. */
    private static boolean isQuoted(String piece, String text, Set<String> literals) {
        return text.contains(piece)
                || literals.stream()
                        .filter(piece::startsWith)
                        .anyMatch(
                                start -> isQuoted(withoutPunctuation(piece.substring(start.length())), text, literals));
    }

    @Test
    void hasAnEntryForEachPublicException() throws IOException {
        List<String> exceptions = sources().values().stream()
                .flatMap(source -> EXCEPTION.matcher(source).results())
                .map(result -> result.group(1))
                .toList();
        assertThat(exceptions).hasSizeGreaterThan(8);
        String page = Files.readString(PAGE);
        assertThat(exceptions).allSatisfy(name -> assertThat(page).contains('`' + name + '`'));
    }

    private static List<String> messages() throws IOException {
        return BLOCK.matcher(Files.readString(PAGE))
                .results()
                .flatMap(block -> block.group(1).lines())
                .toList();
    }

    /** Returns the parts of a message between the variable ones, without punctuation at their ends. */
    private static List<String> pieces(String message) {
        return Arrays.stream(message.split("…", -1))
                .map(MessagesPageTest::withoutPunctuation)
                .filter(piece -> piece.chars().filter(Character::isLetter).count() > 2)
                .toList();
    }

    private static String withoutPunctuation(String piece) {
        return piece.replaceAll("^[\"\\s#,:;(\\[]+|[\"\\s#,:;(\\[]+$", "");
    }

    private static Map<Path, String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 14)) {
            Map<Path, String> sources = new TreeMap<>();
            for (Path file : files.filter(MessagesPageTest::isSource).toList()) {
                sources.put(file, COMMENT.matcher(Files.readString(file)).replaceAll(""));
            }
            return sources;
        }
    }

    private static boolean isSource(Path file) {
        String path = ROOT.relativize(file).toString().replace('\\', '/');
        return path.matches("tracker-[^/]+/src/main/.*\\.(java|lua)");
    }

    /** Returns the text of each literal in a line of its own; literals that are concatenated directly are one. */
    private static String literals(String source) {
        StringBuilder text = new StringBuilder();
        Matcher literal = LITERAL.matcher(source);
        int end = 0;
        while (literal.find()) {
            if (!source.substring(end, literal.start()).matches("\\s*\\+\\s*")) {
                text.append('\n');
            }
            String content = literal.group(1) == null ? literal.group(2) : literal.group(1);
            text.append(content.replace("\\\"", "\"")
                    .replace("\\'", "'")
                    .replaceAll("\\{\\d}", "\n")
                    .replace("''", "'"));
            end = literal.end();
        }
        return text.toString();
    }
}
