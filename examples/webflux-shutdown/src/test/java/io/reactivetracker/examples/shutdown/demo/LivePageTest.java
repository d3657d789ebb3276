// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static io.reactivetracker.examples.shutdown.demo.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the live page of a real server in a real browser. */
class LivePageTest {

    private static final int ORDERS = 80;
    private static final int PARCELS_AT_ONCE = 64;

    private final Shop shop = new Shop();
    private Chromium chromium;
    private BrowserPage page;

    LivePageTest() throws Exception {}

    @BeforeAll
    static void needsABrowser() {
        if (Chromium.executable().isEmpty()) {
            // Printed as well, because the build's report of a skipped test does not show its reason.
            String reason =
                    "no Chromium on the path, nor where -Dchromium=… says: the live page is not tested in a browser";
            System.out.println("[WARNING] " + reason);
            abort(reason);
        }
    }

    @BeforeEach
    void open() throws Exception {
        chromium = new Chromium(Chromium.executable().orElseThrow());
        page = chromium.page();
        page.size(1280, 1000);
        page.logIn(Shop.USER, Shop.PASSWORD);
    }

    @AfterEach
    void end() throws Exception {
        shop.close();
        if (page != null) {
            page.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void showsTheTreeWithItsCountsTheOldestTasksAndAPlot() throws Exception {
        ServerProcess server = shop.start();
        show(server);
        awaitText("#state", "Running");
        assertThat(page.text("#running-note")).isEqualTo("No task runs.");

        shop.order(server, ORDERS);
        int queued = ORDERS - PARCELS_AT_ONCE;
        awaitText("#count-queued", String.valueOf(queued));
        assertThat(page.text("#name")).isEqualTo("shop");
        assertThat(page.text("#process")).isEqualTo("process " + server.pid());
        assertThat(rows("#groups"))
                .containsExactly(
                        "shop|open|144|16|0|0|0|0|0",
                        "level 2: parcels|open|64|16|0|0|0|0|0",
                        "level 2: notices|open|0|0|0|0|0|0|0");
        assertThat(page.text("#running-note")).isEqualTo("The oldest 12 of 144 tasks");
        assertThat(rows("#running"))
                .hasSize(12)
                .allMatch(row -> row.matches("(ship )?order-\\d+\\|(\\d+ ms|\\d+\\.\\d s)"))
                .element(0)
                .matches(row -> row.startsWith("order-1|"));

        await().until(() -> points("active") >= 5);
        assertThat(points("queued")).isGreaterThanOrEqualTo(5);
        assertThat(Double.parseDouble(page.evaluate("document.querySelector('#plot .line.active').getBBox().height")))
                .as("from none to 144")
                .isGreaterThan(50);
        assertThat(page.evaluate("document.getElementById('plot').getAttribute('aria-label')"))
                .isEqualTo("Now 144 active and 16 queued");

        shop.carrier.open();
        awaitText("#count-succeeded", String.valueOf(3 * ORDERS));
        awaitText("#count-active", "0");
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void showsNamesAsTextWhateverTheyAre() throws Exception {
        ServerProcess server = shop.start();
        show(server);
        awaitText("#state", "Running");
        for (String name : HostileNamesTest.NAMES) {
            Shop.hang(server, name);
        }
        shop.order(server, "%3Cscript%3Edocument.title='taken'%3Cscript%3E");
        await().until(() -> rows("#running").size() == HostileNamesTest.NAMES.size() + 2);
        assertThat(names())
                .contains(
                        "<img src=x onerror=document.title='taken'>",
                        "first\\u000a12:00:00.000 INFO  forged: all is well",
                        "first\\u000d12:00:00.000 INFO  forged: all is well",
                        "\\u001b[2J\\u001b[31mred\\u0007",
                        "\\u202etxt.exe",
                        "\\u2028second\\u0085third\\u0000",
                        "ship <script>document.title='taken'<script>");
        assertThat(page.evaluate("document.querySelectorAll('img, main script, b').length"))
                .isEqualTo("0");
        assertThat(page.evaluate("document.title")).isEqualTo("Running: shop");
        assertThat(page.complaints()).isEmpty();
        assertThatThrownBy(() -> page.evaluate("document.createElement('p').innerHTML = 'markup'"))
                .as("the page's own policy, which would not let it happen by mistake either")
                .hasMessageContaining("TrustedHTML");
    }

    @Test
    void showsADrainUntilItIsOverThenThatTheServerIsGoneAndThenTheNextOne() throws Exception {
        String port = "--management.server.port=" + Shop.freePort();
        ServerProcess server = shop.start(port);
        show(server);
        awaitText("#state", "Running");
        assertThat(page.evaluate("document.getElementById('drain').hidden")).isEqualTo("true");
        shop.order(server, ORDERS);
        awaitText("#count-active", "144");

        server.terminate();
        awaitText("#state", "Draining");
        assertThat(page.text("#drain-text")).isEqualTo("Closed, no new tasks: 160 left of 160 tasks.");
        assertThat(rows("#groups")).element(0).isEqualTo("shop|closed|144|16|0|0|0|0|0");
        assertThat(page.evaluate("document.getElementById('plot').textContent")).contains("closed");

        shop.carrier.open();
        await().until(() -> List.of("Drained", "Disconnected").contains(page.text("#state")));
        assertThat(page.text("#drain-text")).matches("Drained: none is left of \\d+ tasks\\.");
        assertThat(rows("#groups"))
                .containsExactly(
                        "shop|drained|0|0|240|0|0|0|0",
                        "level 2: parcels|drained|–|–|–|–|–|–",
                        "level 2: notices|drained|–|–|–|–|–|–");
        assertThat(server.awaitEnd()).isEqualTo(143);
        awaitText("#state", "Disconnected");
        assertThat(page.text("#state-note")).matches("since .*, trying again; it had drained");

        ServerProcess next = shop.start(port);
        awaitText("#state", "Running");
        assertThat(page.text("#process")).isEqualTo("process " + next.pid());
        assertThat(page.evaluate("document.getElementById('drain').hidden")).isEqualTo("true");
        assertThat(page.text("#count-succeeded")).isEqualTo("0");
        assertThat(page.evaluate("document.getElementById('plot').textContent")).contains("drained", "new server");
        assertThat(page.complaints())
                .as("nothing but what a browser says of a server that is not there")
                .allMatch(
                        complaint -> complaint.contains("ERR_CONNECTION_REFUSED") && complaint.contains("/live/feed"));
    }

    @Test
    void saysWhatWasLeftWhenTheServerGaveUp() throws Exception {
        ServerProcess server =
                shop.start("--reactive-tracker.shutdown.grace=1s", "--reactive-tracker.shutdown.cancel-wait=0s");
        show(server);
        Shop.hang(server, "nightly report");
        awaitText("#count-active", "1");
        server.terminate();
        await().until(() -> List.of("Stopped", "Disconnected").contains(page.text("#state")));
        assertThat(page.text("#state-note")).contains("1 task");
        assertThat(server.awaitEnd()).isEqualTo(143);
        awaitText("#state", "Disconnected");
        assertThat(page.text("#state-note")).matches("since .*, trying again; it had 1 task left when last seen");
        assertThat(rows("#running")).allMatch(row -> row.startsWith("nightly report|"));
    }

    @Test
    void canBeHeldAndReadByKeyboard() throws Exception {
        ServerProcess server = shop.start();
        show(server);
        awaitText("#state", "Running");
        await().until(() -> points("active") >= 2);

        assertThat(page.evaluate("(document.getElementById('plot').focus(), document.activeElement.id)"))
                .isEqualTo("plot");
        page.press("ArrowLeft");
        assertThat(page.text("#reading")).matches("\\d\\d:\\d\\d:\\d\\d: 0 active, 0 queued");
        page.press("Escape");
        assertThat(page.evaluate("document.getElementById('reading').hidden")).isEqualTo("true");

        page.evaluate("document.getElementById('pause').click()");
        assertThat(page.evaluate("document.getElementById('pause').getAttribute('aria-pressed')"))
                .isEqualTo("true");
        shop.order(server, 1);
        await().until(() ->
                Shop.manage(server, "GET", "/actuator/tasktrackers").body().contains("ship order-1"));
        assertThat(page.text("#count-active")).isEqualTo("0");
        page.evaluate("document.getElementById('pause').click()");
        awaitText("#count-active", "2");
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void fitsANarrowScreenInLightAndDark() throws Exception {
        ServerProcess server = shop.start();
        page.size(360, 800);
        show(server);
        awaitText("#state", "Running");
        shop.order(server, 1);
        awaitText("#count-active", "2");
        assertThat(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
                .as("nothing to scroll sideways but the table, in its own frame")
                .isEqualTo("true");
        page.colorScheme("light");
        String light = page.evaluate("getComputedStyle(document.body).backgroundColor");
        page.colorScheme("dark");
        assertThat(page.evaluate("getComputedStyle(document.body).backgroundColor"))
                .isNotEqualTo(light);
        assertThat(page.complaints()).isEmpty();
    }

    private void show(ServerProcess server) throws Exception {
        page.open("http://127.0.0.1:" + server.managementPort() + "/live/");
    }

    private void awaitText(String selector, String text) {
        await().untilAsserted(() -> assertThat(page.text(selector)).isEqualTo(text));
    }

    private List<String> rows(String body) throws Exception {
        return page.evaluate("[...document.querySelectorAll('" + body
                        + " tr')].map(row => [...row.children].map(cell => cell.textContent).join('|')).join('\\n')")
                .lines()
                .toList();
    }

    private List<String> names() throws Exception {
        return rows("#running").stream()
                .map(row -> row.substring(0, row.lastIndexOf('|')))
                .toList();
    }

    private int points(String count) throws Exception {
        return Integer.parseInt(page.evaluate("(document.querySelector('#plot .line." + count
                + "')?.getAttribute('d') ?? '').split(/[ML]/).length - 1"));
    }
}
