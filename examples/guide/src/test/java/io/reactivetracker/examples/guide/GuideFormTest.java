// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests the form of the pages of the guide, where it is the same for all. */
class GuideFormTest {

    private static final int MAX_COLUMNS = 110;
    private static final Set<String> CODE =
            Set.of("java", "kotlin", "kotlin gradle", "groovy", "scala", "rust", "xml", "yaml", "properties", "shell");
    private static final Set<String> TEXTS = Set.of("text", "text output", "json", "prometheus", "mermaid");

    @Test
    void eachPageHasOneTitleAtItsTop() {
        List<String> found = new ArrayList<>();
        for (Page page : Page.all()) {
            List<String> text =
                    page.prose().stream().filter(line -> !line.isBlank()).toList();
            long titles = text.stream().filter(line -> line.startsWith("# ")).count();
            boolean drawn = page.lines().contains("layout: home");
            if (!drawn && (titles != 1 || !text.get(0).startsWith("# "))) {
                found.add(page.name() + ": " + titles + " titles, first line: " + (text.isEmpty() ? "" : text.get(0)));
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void eachBlockSaysWhatItIs() {
        List<String> found = new ArrayList<>();
        for (Page page : Page.all()) {
            for (Fence fence : page.fences()) {
                if (!CODE.contains(fence.info()) && !TEXTS.contains(fence.info())) {
                    found.add(at(page, fence.line()) + "```" + fence.info());
                }
            }
        }
        assertThat(found).as("blocks of an unknown kind").isEmpty();
    }

    @Test
    void eachOutputFollowsItsProgram() {
        List<String> found = new ArrayList<>();
        for (Page page : Page.all()) {
            Fence before = null;
            for (Fence fence : page.fences()) {
                if (fence.isOutput() && (before == null || !(before.isJava() || before.isKotlin()))) {
                    found.add(at(page, fence.line()) + "no program above");
                }
                before = fence;
            }
        }
        assertThat(found).as("outputs of nothing").isEmpty();
    }

    @Test
    void noLineOfCodeIsLongerThan110Columns() {
        List<String> found = new ArrayList<>();
        for (Page page : Page.all()) {
            for (Fence fence : page.fences()) {
                for (int i = 0; i < fence.text().size() && CODE.contains(fence.info()); i++) {
                    String line = fence.text().get(i);
                    if (line.codePointCount(0, line.length()) > MAX_COLUMNS) {
                        found.add(at(page, fence.line() + 1 + i) + line.strip());
                    }
                }
            }
        }
        assertThat(found).as("lines that are too long").isEmpty();
    }

    private static String at(Page page, int line) {
        return "docs/" + page.name() + ":" + line + ": ";
    }
}
