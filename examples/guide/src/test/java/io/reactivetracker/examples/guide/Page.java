// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the guide.
 *
 * @param name the path below the folder of the guide, with slashes
 * @param lines the lines as they are
 * @param prose the lines with those of fenced blocks and of the front matter empty
 * @param fences the fenced blocks, in their order
 */
record Page(String name, List<String> lines, List<String> prose, List<Fence> fences) {

    static final Path FOLDER = Path.of(System.getProperty("guide.docs", "../../docs"));

    private static final Pattern OPENING = Pattern.compile("( *)(`{3,})([^`]*)");
    private static final Pattern RUN = Pattern.compile(" *<!-- run: (.*) -->");

    /** Returns all pages, or those whose name contains the system property {@code guide.page}. */
    static List<Page> all() {
        String only = System.getProperty("guide.page", "");
        try (Stream<Path> files = Files.walk(FOLDER)) {
            List<Page> pages = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                String name = FOLDER.relativize(file).toString().replace('\\', '/');
                if (name.endsWith(".md") && !isOfATool(name) && name.contains(only)) {
                    pages.add(parse(name, Files.readString(file)));
                }
            }
            return pages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOfATool(String name) {
        return name.startsWith(".") || name.contains("/.") || ("/" + name).contains("/node_modules/");
    }

    static Page parse(String name, String text) {
        List<String> lines = text.lines().toList();
        List<String> prose = new ArrayList<>();
        List<Fence> fences = new ArrayList<>();
        int next = 0;
        if (!lines.isEmpty() && lines.get(0).equals("---")) {
            int end = lines.subList(1, lines.size()).indexOf("---") + 1;
            for (; next <= end; next++) {
                prose.add("");
            }
        }
        while (next < lines.size()) {
            Matcher opening = OPENING.matcher(lines.get(next));
            if (!opening.matches()) {
                prose.add(lines.get(next++));
                continue;
            }
            int end = endOfFence(lines, next, opening.group(2));
            List<String> body = new ArrayList<>();
            for (String line : lines.subList(next + 1, end)) {
                body.add(
                        line.startsWith(opening.group(1))
                                ? line.substring(opening.group(1).length())
                                : line.strip());
            }
            Matcher run = RUN.matcher(next == 0 ? "" : lines.get(next - 1));
            fences.add(new Fence(opening.group(3).strip(), next + 1, body, run.matches() ? run.group(1) : ""));
            for (; next <= end && next < lines.size(); next++) {
                prose.add("");
            }
        }
        return new Page(name, lines, prose, fences);
    }

    private static int endOfFence(List<String> lines, int opening, String marks) {
        for (int i = opening + 1; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.startsWith(marks) && line.replace("`", "").isEmpty()) {
                return i;
            }
        }
        return lines.size();
    }

    /** Returns the output that the page shows for a program: the block that follows it. */
    Optional<Fence> outputOf(Fence program) {
        int next = fences.indexOf(program) + 1;
        return next < fences.size() && fences.get(next).isOutput() ? Optional.of(fences.get(next)) : Optional.empty();
    }
}
