// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that each relative link of the guide, and of the pages in the repository's root, leads to something. */
class GuideLinksTest {

    @Test
    void eachLinkLeadsToAFileAndAHeading() throws IOException {
        List<String> dead = new ArrayList<>();
        for (Page page : Page.all()) {
            check(page, Page.FOLDER.resolve(page.name()), dead);
        }
        try (Stream<Path> files = Files.list(Page.FOLDER.resolve(".."))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".md")).toList()) {
                check(Page.parse("../" + file.getFileName(), Files.readString(file)), file, dead);
            }
        }
        assertThat(dead).as("dead links").isEmpty();
    }

    private static void check(Page page, Path file, List<String> dead) throws IOException {
        for (Links.Link link : Links.of(page)) {
            String problem = problemOf(link.target(), page, file);
            if (!problem.isEmpty()) {
                dead.add("docs/" + page.name() + ":" + link.line() + ": " + link.target() + ": " + problem);
            }
        }
    }

    private static String problemOf(String link, Page page, Path file) throws IOException {
        if (link.matches("[a-z]+:.*") || link.startsWith("/javadoc/")) {
            return "";
        }
        if (link.startsWith("/")) {
            return "is not relative";
        }
        String path = link.replaceFirst("#.*", "");
        String anchor = link.substring(path.length()).replaceFirst("#", "");
        Path target = path.isEmpty() ? file : file.resolveSibling(path).normalize();
        if (!Files.exists(target)) {
            return "no such file";
        }
        if (anchor.isEmpty() || !target.toString().endsWith(".md")) {
            return "";
        }
        Page other = path.isEmpty() ? page : Page.parse(path, Files.readString(target));
        return Links.anchorsOf(other).contains(anchor) ? "" : "no such heading";
    }
}
