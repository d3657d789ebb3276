// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests how pages are read, and how outputs are compared. */
class PageTest {

    private static final String TEXT = """
            ---
            title: # no title
            ---
            # Title

            Words with `[code](no-link)` and [a link](other.md#part-one "its title").

            <!-- run: by hand -->
            ```java
            class A {}
            ```

            - in a list:

              ```kotlin gradle
              ok()
                indented()
              ```

            ````text
            ```
            [x](y)
            ```
            ````
            ```text output
            …
            """;

    private final Page page = Page.parse("page.md", TEXT);

    @Test
    void findsBlocksWithTheirLines() {
        assertThat(page.fences())
                .containsExactly(
                        new Fence("java", 9, List.of("class A {}"), "by hand"),
                        new Fence("kotlin gradle", 15, List.of("ok()", "  indented()"), ""),
                        new Fence("text", 20, List.of("```", "[x](y)", "```"), ""),
                        new Fence("text output", 25, List.of("…"), ""));
    }

    @Test
    void hasTheSameNumberOfLinesOfProse() {
        assertThat(page.prose()).hasSameSizeAs(page.lines()).contains("# Title").doesNotContain("title: # no title");
    }

    @Test
    void findsTheOutputOfAProgram() {
        assertThat(page.outputOf(page.fences().get(2))).contains(page.fences().get(3));
        assertThat(page.outputOf(page.fences().get(0))).isEmpty();
        assertThat(page.outputOf(page.fences().get(3))).isEmpty();
    }

    @Test
    void findsLinks() {
        assertThat(Links.of(page)).containsExactly(new Links.Link("other.md#part-one", 6));
    }

    @Test
    void knowsTheAnchorsOfHeadings() {
        assertThat(Links.anchorsOf(
                        Page.parse("x.md", "# A `b()` & [c](d.md): 5. e_f-g?\n## Same\n## Same\n## X {#own}\n")))
                .containsExactlyInAnyOrder("a-b--c-5-e_f-g", "same", "same-1", "own");
    }

    @Test
    void comparesLineByLine() {
        assertThat(OutputComparison.differences(List.of("a", "b…d", ""), List.of("a", "b.c.d", "")))
                .isEmpty();
        assertThat(OutputComparison.differences(List.of("a", "b"), List.of("a", "c", "d")))
                .isEqualTo("the page shows (-), the program prints (+):\n  a\n- b\n+ c\n+ d\n");
        assertThat(OutputComparison.differences(List.of("a"), List.of())).contains("- a");
        assertThat(OutputComparison.differences(List.of("a."), List.of("ab"))).contains("- a.", "+ ab");
    }
}
