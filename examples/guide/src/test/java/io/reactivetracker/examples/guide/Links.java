// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the links of a page, and what links can lead to. */
final class Links {

    private static final Pattern LINK =
            Pattern.compile("\\]\\(([^)\\s]+)[^)]*\\)|^\\[[^\\]]+\\]: *(\\S+)|\\b(?:src|href)=\"([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?)(?: *\\{#([\\w-]+)\\})?");
    private static final Pattern ID = Pattern.compile("\\bid=\"([^\"]+)\"");

    private Links() {}

    record Link(String target, int line) {}

    static List<Link> of(Page page) {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < page.prose().size(); i++) {
            Matcher matcher = LINK.matcher(page.prose().get(i).replaceAll("`[^`]*`", "code"));
            while (matcher.find()) {
                for (int group = 1; group <= 3; group++) {
                    if (matcher.group(group) != null) {
                        links.add(new Link(matcher.group(group), i + 1));
                    }
                }
            }
        }
        return links;
    }

    static Set<String> anchorsOf(Page page) {
        Set<String> anchors = new HashSet<>();
        for (String line : page.prose()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                anchors.add(heading.group(2) != null ? heading.group(2) : unused(slug(heading.group(1)), anchors));
            }
            Matcher id = ID.matcher(line);
            while (id.find()) {
                anchors.add(id.group(1));
            }
        }
        return anchors;
    }

    /** Returns the anchor that the page of a repository has for a heading. */
    static String slug(String heading) {
        return heading.replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\p{Pc}\\- ]", "")
                .replace(' ', '-');
    }

    private static String unused(String slug, Set<String> used) {
        String unused = slug;
        for (int i = 1; used.contains(unused); i++) {
            unused = slug + "-" + i;
        }
        return unused;
    }
}
