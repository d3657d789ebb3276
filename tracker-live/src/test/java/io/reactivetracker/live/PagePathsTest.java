// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

class PagePathsTest {

    @Test
    void areRelativeToThePage() {
        assertThat(PagePaths.of("live", "tasktrackers")).isEqualTo(new PagePaths("live", "tasktrackers"));
        assertThat(PagePaths.of("ops/page", "work/now")).isEqualTo(new PagePaths("page", "../work/now"));
        assertThat(PagePaths.of("a/b/c", "a/b")).isEqualTo(new PagePaths("c", "../../a/b"));
    }

    @Test
    void leadToTheUsualPlaceOfAnEndpointThatIsNotExposed() {
        assertThat(PagePaths.of("live", null)).isEqualTo(new PagePaths("live", "tasktrackers"));
        assertThat(PagePaths.of(null, null)).isEqualTo(new PagePaths("live", "tasktrackers"));
    }

    @Test
    void enterThePageAsTextOfAnAttribute() throws Exception {
        String page = PageFile.page(new PagePaths("a\"><script>", "b&c")).getContentAsString(StandardCharsets.UTF_8);
        assertThat(page)
                .contains("href=\"a&quot;>&lt;script>/live.css\"", "content=\"b&amp;c\"")
                .doesNotContain("a\"");
    }

    @Test
    void theFilesOfThePageAreInANativeImage() {
        RuntimeHints hints = new RuntimeHints();
        new LivePageRuntimeHints().registerHints(hints, null);
        for (String file : new String[] {"index.html", "live.js", "live.css", "icon.svg"}) {
            assertThat(RuntimeHintsPredicates.resource().forResource("io/reactivetracker/live/" + file))
                    .as(file)
                    .accepts(hints);
        }
    }
}
