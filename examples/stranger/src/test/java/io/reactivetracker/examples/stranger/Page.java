// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.stranger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A page of the documentation, as a reader sees it.
 *
 * @param name the name of its file
 * @param text its text
 */
record Page(String name, String text) {

    private static final Pattern FENCE = Pattern.compile("(?m)^```(.*)\\n((?s).*?)^```$");
    private static final Pattern FILE = Pattern.compile("(?m)^`(\\S+)`:\\s+```.*\\n((?s).*?)^```$");

    static Page read(Path file) throws IOException {
        return new Page(file.getFileName().toString(), Files.readString(file));
    }

    /** Returns the files that the page shows, by path: those with the path on a line of its own above them. */
    Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        for (MatchResult file : FILE.matcher(text).results().toList()) {
            if (files.put(file.group(1), file.group(2)) != null) {
                throw new IllegalStateException(name + " shows " + file.group(1) + " twice");
            }
        }
        return files;
    }

    /** Returns the lines that the page says are printed. */
    List<String> output() {
        return fence("text output", "").lines().toList();
    }

    /** Returns the first block of this kind that contains a text. */
    String fence(String info, String content) {
        return FENCE.matcher(text)
                .results()
                .filter(fence -> fence.group(1).equals(info) && fence.group(2).contains(content))
                .map(fence -> fence.group(2))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " has no block " + info + " with " + content));
    }

    @Override
    public String toString() {
        return name;
    }
}
