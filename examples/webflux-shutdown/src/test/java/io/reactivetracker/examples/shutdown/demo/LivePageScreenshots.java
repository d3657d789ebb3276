// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static io.reactivetracker.examples.shutdown.demo.Shop.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Makes the pictures of the live page in {@code docs}; no test, and only run by its name:
 *
 * <pre>
 * ./mvnw verify -pl examples/webflux-shutdown -am -Dtest=LivePageScreenshots -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class LivePageScreenshots {

    private static final Path DOCS = Path.of("..", "..", "docs");
    private static final Duration BUSY = Duration.ofSeconds(84);

    @Test
    void areTakenOfADrainInLightAndDark() throws Exception {
        ExecutorService customers = Executors.newSingleThreadExecutor();
        try (Shop shop = new Shop(Waves.TIME_FOR_EACH);
                Chromium chromium = new Chromium(Chromium.executable().orElseThrow());
                BrowserPage page = chromium.page()) {
            shop.carrier.open();
            ServerProcess server = shop.start();
            page.size(1280, 840);
            page.logIn(Shop.USER, Shop.PASSWORD);
            page.open("http://127.0.0.1:" + server.managementPort() + "/live/");
            await().until(() -> page.text("#state").equals("Running"));
            Shop.hang(server, "nightly report");
            InetSocketAddress orders = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            Future<Answers> heard = customers.submit(() -> new Waves().run(orders));
            Thread.sleep(BUSY.toMillis());
            page.colorScheme("light");
            server.terminate();
            await().until(() -> page.text("#state").equals("Draining"));
            Thread.sleep(1_000);
            page.screenshot(DOCS.resolve("live-page-light.png"));
            page.colorScheme("dark");
            page.screenshot(DOCS.resolve("live-page-dark.png"));
            heard.get();
        } finally {
            customers.shutdownNow();
        }
    }
}
