// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.reactivetracker.TaskToken;
import io.reactivetracker.group.TaskGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;

/** Tests the page of real applications in a real browser. */
class LivePageTest {

    private static Chromium chromium;

    private final List<Shop> shops = new ArrayList<>();
    private BrowserPage page;

    @BeforeAll
    static void start() throws Exception {
        if (Chromium.executable().isEmpty()) {
            // Printed as well, because the build's report of a skipped test does not show its reason.
            String reason =
                    "no Chromium on the path, nor where -Dchromium=… says: the live page is not tested in a browser";
            System.out.println("[WARNING] " + reason);
            abort(reason);
        }
        chromium = new Chromium(Chromium.executable().orElseThrow());
    }

    @AfterAll
    static void end() throws Exception {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        page = chromium.page();
        page.size(1440, 1000);
    }

    @AfterEach
    void close() throws Exception {
        page.open("about:blank");
        page.close();
        shops.forEach(Shop::close);
    }

    @Test
    void showsTheTreesWithTheirCountsTheOldestTasksAndAPlot() throws Exception {
        Shop shop = start(WebApplicationType.REACTIVE);
        show(shop);
        awaitText("#state", "Running");
        assertThat(page.text("#running-note")).isEqualTo("No task runs.");

        TaskGroup parcels = shop.group().child("parcels");
        TaskGroup notices = shop.group().child("notices");
        shop.work(shop.group(), "order", 3);
        shop.work(parcels, "ship", 10);
        try (TaskToken unnamed = shop.tracker().token()) {
            assertThat(unnamed).isNotNull();
            awaitText("#count-active", "14");
            assertThat(page.text("#name")).isEqualTo("shop");
            assertThat(page.text("#process"))
                    .isEqualTo("process " + ProcessHandle.current().pid());
            assertThat(rows("#groups-head"))
                    .containsExactly("name|state|active|queued|succeeded|failed|cancelled|timed out|rejected");
            assertThat(rows("#groups"))
                    .containsExactly(
                            "shop|open|13|0|0|0|0|0|0",
                            "level 2: parcels|open|10|0|0|0|0|0|0",
                            "level 2: notices|open|0|0|0|0|0|0|0",
                            "tracker: imports|open|1|–|–|–|–|–|–");
            assertThat(page.text("#running-note")).isEqualTo("The oldest 12 of 14 tasks");
            assertThat(rows("#running"))
                    .hasSize(12)
                    .allMatch(row -> row.matches("(order|ship) \\d+\\|(shop|parcels)\\|(\\d+ ms|\\d+\\.\\d s)"))
                    .anyMatch(row -> row.startsWith("order 1|shop|"))
                    .anyMatch(row -> row.startsWith("ship 1|parcels|"));
        }
        await().until(() -> points("active") >= 5);
        assertThat(points("queued")).isGreaterThanOrEqualTo(5);
        assertThat(Double.parseDouble(page.evaluate("document.querySelector('#plot .line.active').getBBox().height")))
                .as("from none to 14")
                .isGreaterThan(50);
        await().until(() -> page.evaluate("document.getElementById('plot').getAttribute('aria-label')")
                .equals("Now 13 active and 0 queued"));

        shop.endTasks();
        awaitText("#count-succeeded", "13");
        awaitText("#count-active", "0");
        assertThat(notices.isClosed()).isFalse();
        assertThat(page.complaints()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void showsADrainAndKeepsItsEndAsASuccessUntilTheNextApplicationIsThere(WebApplicationType type) throws Exception {
        String port = "--management.server.port=" + freePort();
        Shop shop = start(type, port, Shop.DRAIN_BEFORE_MANAGEMENT);
        show(shop);
        awaitText("#state", "Running");
        assertThat(page.evaluate("document.getElementById('drain').hidden")).isEqualTo("true");
        TaskGroup parcels = shop.group().child("parcels");
        shop.work(shop.group(), "order", 2);
        shop.work(parcels, "ship", 3);
        awaitText("#count-active", "5");

        CompletableFuture<Void> stop = shop.stop();
        awaitText("#state", "Draining");
        assertThat(page.text("#drain-text")).isEqualTo("5 left of 5 tasks.");
        assertThat(page.text("#drain-elapsed")).matches("\\d+ ms|\\d+\\.\\d s");
        assertThat(page.text("#drain-left-name")).isEqualTo("grace left");
        assertThat(page.text("#drain-left")).matches("1 min \\d+ s|\\d+\\.\\d s");
        assertThat(rows("#groups"))
                .startsWith("shop|closed|5|0|0|0|0|0|0", "level 2: parcels|open for its parent|3|0|0|0|0|0|0");
        assertThat(page.text("#states")).isEqualTo("What the states mean");

        shop.endTasks();
        stop.get(1, TimeUnit.MINUTES);
        await().until(() -> page.text("#state-note").startsWith("the application is gone since"));
        assertThat(page.text("#state")).isEqualTo("Drained");
        assertThat(page.text("#drain-text")).isEqualTo("None is left of 5 tasks.");
        assertThat(page.text("#count-succeeded")).isEqualTo("5");
        assertThat(rows("#groups")).hasSize(3).startsWith("shop|drained|0|0|5|0|0|0|0");
        assertThat(rows("#groups").get(1)).startsWith("level 2: parcels|drained|0|0|");
        assertThat(rows("#groups").get(2)).isEqualTo("tracker: imports|drained|0|–|–|–|–|–|–");
        assertThat(page.evaluate("getComputedStyle(document.getElementById('state')).color"))
                .as("green")
                .isEqualTo(page.evaluate("(e => (e.style.color = 'var(--good)', getComputedStyle(e).color))"
                        + "(document.getElementById('name'))"));

        start(type, port, Shop.DRAIN_BEFORE_MANAGEMENT);
        awaitText("#state", "Running");
        assertThat(page.evaluate("document.getElementById('drain').hidden")).isEqualTo("true");
        assertThat(page.text("#count-succeeded")).isEqualTo("0");
        assertThat(page.evaluate("document.getElementById('plot').textContent")).contains("new application");
        assertThat(page.complaints())
                .as("nothing but what a browser says of a server that is not there")
                .allMatch(complaint -> complaint.contains("ERR_CONNECTION_REFUSED")
                        || complaint.contains("ERR_CONNECTION_RESET")
                        || complaint.contains("ERR_EMPTY_RESPONSE")
                        || complaint.contains("ERR_INCOMPLETE_CHUNKED_ENCODING"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Drained, 2 cancelled", "Not drained"})
    void showsTheTimeThatIsLeftAndHowTheDrainEnds(String end) throws Exception {
        Shop shop = Shop.start(
                WebApplicationType.REACTIVE,
                Shop.VirtualTime.class,
                Shop.OWN_MANAGEMENT_PORT,
                Shop.DRAIN_BEFORE_MANAGEMENT,
                "--reactive-tracker.shutdown.grace=90s",
                "--reactive-tracker.shutdown.cancel-wait=10s");
        shops.add(shop);
        show(shop);
        shop.work(shop.group(), "nightly report", 2);
        awaitText("#count-active", "2");
        CompletableFuture<Void> stop = shop.stop();
        awaitText("#state", "Draining");
        awaitText("#drain-elapsed", "0 ms");
        assertThat(page.text("#drain-left-name")).isEqualTo("grace left");
        assertThat(page.text("#drain-left")).isEqualTo("1 min 30 s");
        shop.advance(Duration.ofMillis(50_500));
        awaitText("#drain-elapsed", "50.5 s");
        assertThat(page.text("#drain-left")).isEqualTo("39.5 s");
        shop.advance(Duration.ofMillis(40_500));
        awaitText("#state", "Cancelling");
        awaitText("#drain-elapsed", "1 min 31 s");
        assertThat(page.text("#drain-left-name")).isEqualTo("left after the cancel");
        assertThat(page.text("#drain-left")).isEqualTo("9.0 s");

        if (end.startsWith("Drained")) {
            shop.endTasks();
        } else {
            shop.advance(Duration.ofSeconds(9));
        }
        stop.get(1, TimeUnit.MINUTES);
        awaitText("#state", end);
        if (end.equals("Not drained")) {
            assertThat(page.text("#state-note")).isEqualTo("2 tasks were left at the end");
            assertThat(rows("#running")).hasSize(2).allMatch(row -> row.startsWith("nightly report"));
        }
    }

    /** With one port, the web server is gone when the drain begins. */
    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void saysThatItCannotSeeADrainThatBeginsAfterItsServerHasStopped(WebApplicationType type) throws Exception {
        Shop shop = start(type);
        show(shop);
        shop.work(shop.group(), "order", 2);
        awaitText("#count-active", "2");
        await().until(() -> page.evaluate("performance.getEntriesByType('resource').length > 4")
                .equals("true"));
        CompletableFuture<Void> stop = shop.stop();
        awaitText("#state", "Out of sight");
        assertThat(page.text("#state-note"))
                .matches("the web server stopped at .*, before the drain was over; 2 tasks were left, "
                        + "and the log has the result");
        assertThat(page.text("#count-active")).isEqualTo("2");
        shop.endTasks();
        stop.get(1, TimeUnit.MINUTES);
    }

    @Test
    void saysThatNothingAnnouncedAStopWhenItLosesTheServer() throws Exception {
        Shop shop = start(WebApplicationType.SERVLET);
        show(shop);
        shop.work(shop.group(), "order", 2);
        awaitText("#count-active", "2");
        page.offline(true);
        awaitText("#state", "Disconnected");
        assertThat(page.text("#state-note"))
                .matches("since .*, trying again; nothing announced a stop, and 2 tasks were left when last seen");
        page.offline(false);
        awaitText("#state", "Running");
    }

    @Test
    void saysWhyItShowsNothing() throws Exception {
        show(start(WebApplicationType.SERVLET, "--management.endpoints.web.exposure.include=live"));
        awaitText("#state", "No endpoint");
        assertThat(page.text("#state-note"))
                .isEqualTo(
                        "the endpoint tasktrackers answers 404: list it in management.endpoints.web.exposure.include");
        Shop shop = Shop.start(WebApplicationType.SERVLET, Shop.OnlyTasksNeedRole.class);
        shops.add(shop);
        show(shop);
        awaitText("#state", "Not permitted");
        assertThat(page.text("#state-note")).isEqualTo("sign in to read the endpoint tasktrackers (401)");
        page.logIn("clerk", "clerk");
        awaitText("#state-note", "you may not read the endpoint tasktrackers (403)");
        page.logIn("operator", "operator");
        awaitText("#state", "Running");
    }

    @Test
    void showsNamesAsTextWhateverTheyAre() throws Exception {
        Shop shop = start(WebApplicationType.REACTIVE);
        show(shop);
        awaitText("#state", "Running");
        TaskGroup hostile = shop.group().child("<img src=x onerror=document.title='taken'>");
        for (String name : List.of(
                "<script>document.title='taken'</script>",
                "first\n12:00:00.000 INFO  forged: all is well",
                "\u001b[2J\u001b[31mred\u0007",
                "\u202etxt.exe",
                "\u2028second\u0085third\u0000")) {
            shop.work(hostile, name, 1);
        }
        awaitText("#count-active", "5");
        assertThat(rows("#running").stream().map(row -> row.substring(0, row.indexOf('|'))))
                .containsExactlyInAnyOrder(
                        "<script>document.title='taken'</script>",
                        "first\\u000a12:00:00.000 INFO  forged: all is well",
                        "\\u001b[2J\\u001b[31mred\\u0007",
                        "\\u202etxt.exe",
                        "\\u2028second\\u0085third\\u0000");
        assertThat(rows("#running")).allMatch(row -> row.contains("|<img src=x onerror=document.title='taken'>|"));
        assertThat(page.evaluate("document.querySelectorAll('img, main script, b').length"))
                .isEqualTo("0");
        assertThat(page.evaluate("document.title")).isEqualTo("Running: shop");
        assertThat(page.complaints()).isEmpty();
        assertThatThrownBy(() -> page.evaluate("document.createElement('p').innerHTML = 'markup'"))
                .as("the page's own policy, which would not let it happen by mistake either")
                .hasMessageContaining("TrustedHTML");
        assertThat(page.evaluate("(fetch('http://127.0.0.1:1/').then(() => {}, () => {}), 'sent')"))
                .isEqualTo("sent");
        await().untilAsserted(() ->
                assertThat(page.complaints()).anyMatch(complaint -> complaint.contains("Content Security Policy")));
    }

    @Test
    void canBeHeldAndReadByKeyboard() throws Exception {
        Shop shop = start(WebApplicationType.REACTIVE);
        show(shop);
        awaitText("#state", "Running");
        await().until(() -> points("active") >= 2);

        List<String> stops = new ArrayList<>();
        for (int stop = 0; stop < 5; stop++) {
            page.press("Tab");
            stops.add(page.evaluate("document.activeElement.id"));
            assertThat(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
                    .as("the focus is visible")
                    .isEqualTo("solid");
        }
        assertThat(stops).containsExactly("pause", "plot", "groups-scroll", "states", "running-scroll");

        page.evaluate("document.getElementById('plot').focus()");
        page.press("ArrowLeft");
        assertThat(page.text("#reading")).matches("\\d\\d:\\d\\d:\\d\\d: 0 active, 0 queued");
        page.press("Escape");
        assertThat(page.evaluate("document.getElementById('reading').hidden")).isEqualTo("true");

        page.evaluate("document.getElementById('states').focus()");
        page.press("Enter");
        assertThat(page.text(".states")).contains("open for its parent", "drained");

        page.evaluate("document.getElementById('pause').focus()");
        assertThat(page.text("#pause")).isEqualTo("Pause updates");
        page.press("Enter");
        assertThat(page.text("#pause")).isEqualTo("Resume updates");
        assertThat(page.text("#paused")).matches("figures of \\d\\d:\\d\\d:\\d\\d");
        shop.work(shop.group(), "order", 2);
        String answers =
                "performance.getEntriesByType('resource').filter(one => one.name.endsWith('tasktrackers')).length";
        int before = Integer.parseInt(page.evaluate(answers));
        await().until(() -> Integer.parseInt(page.evaluate(answers)) >= before + 2);
        assertThat(page.text("#count-active")).isEqualTo("0");
        page.press("Enter");
        awaitText("#count-active", "2");
        assertThat(page.text("#paused")).isEmpty();
        assertThat(page.complaints()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 1440})
    void fitsTheScreenAndCanBeReadInLightAndDark(int width) throws Exception {
        Shop shop = start(WebApplicationType.REACTIVE, Shop.OWN_MANAGEMENT_PORT, Shop.DRAIN_BEFORE_MANAGEMENT);
        page.size(width, 900);
        show(shop);
        awaitText("#state", "Running");
        shop.work(shop.group().child("parcels to the other end of the world"), "ship order-" + "9".repeat(60), 3);
        awaitText("#count-active", "3");
        CompletableFuture<Void> stop = shop.stop();
        awaitText("#state", "Draining");
        await().until(() -> page.evaluate("document.querySelectorAll('#plot .word').length > 0")
                .equals("true"));
        assertThat(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
                .as("nothing to scroll sideways but the tables, in their own frames")
                .isEqualTo("true");
        assertThat(page.evaluate("document.getElementById('groups-hint').hidden"))
                .as("a hint where a table is wider than its frame")
                .isEqualTo(String.valueOf(width > 1000));
        assertThat(page.evaluate(OVERLAPS)).as("words of the plot that overlap").isEmpty();
        List<String> grounds = new ArrayList<>();
        for (String scheme : List.of("light", "dark")) {
            page.colorScheme(scheme);
            grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"));
            assertThat(page.evaluate(PALE))
                    .as("text of too little contrast, " + scheme)
                    .isEmpty();
        }
        assertThat(grounds).doesNotHaveDuplicates();
        shop.endTasks();
        stop.get(1, TimeUnit.MINUTES);
    }

    /** Pairs of words in the plot of which one covers the other. */
    private static final String OVERLAPS = """
            [...document.querySelectorAll('#plot text')].flatMap((a, at, all) => all.slice(at + 1)
              .filter(b => {
                const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
                return p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;
              }).map(b => a.textContent + '|' + b.textContent)).join(', ')
            """;

    /** Texts whose contrast with their ground is below 4.5, as WCAG 2.2 measures it. */
    private static final String PALE = """
            (() => {
              const parts = color => color.match(/[\\d.]+/g).map(Number);
              const light = color => parts(color).slice(0, 3).map(part => part / 255)
                .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
              const ground = element => {
                const color = getComputedStyle(element).backgroundColor;
                return element.parentElement === null || parts(color)[3] !== 0 ? color : ground(element.parentElement);
              };
              return [...document.body.querySelectorAll('*')]
                .filter(element => element.checkVisibility() && !element.closest('svg')
                  && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== ''))
                .filter(element => {
                  const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
                  return (a + 0.05) / (b + 0.05) < 4.5;
                })
                .map(element => element.textContent.trim()).join(', ');
            })()
            """;

    private Shop start(WebApplicationType type, String... arguments) {
        Shop shop = Shop.start(type, arguments);
        shops.add(shop);
        return shop;
    }

    private void show(Shop shop) throws Exception {
        page.open(shop.page());
    }

    /** Awaitility's {@code await} with a longer timeout: the awaited events come from another process. */
    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    private void awaitText(String selector, String text) {
        await().untilAsserted(() -> assertThat(page.text(selector)).isEqualTo(text));
    }

    private List<String> rows(String body) throws Exception {
        return page.evaluate("[...document.querySelectorAll('" + body + " tr, tr" + body
                        + "')].map(row => [...row.children].map(cell => cell.textContent).join('|')).join('\\n')")
                .lines()
                .toList();
    }

    private int points(String count) throws Exception {
        return Integer.parseInt(page.evaluate("(document.querySelector('#plot .line." + count
                + "')?.getAttribute('d') ?? '').split(/[ML]/).length - 1"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
