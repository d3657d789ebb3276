// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import io.reactivetracker.group.TaskGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;

/**
 * Makes the pictures of the page in {@code docs}; no test, and only run by its name:
 *
 * <pre>
 * ./mvnw verify -pl tracker-live -am -Dtest=LivePageScreenshots -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class LivePageScreenshots {

    private static final Path DOCS = Path.of("..", "docs");
    private static final Duration BUSY = Duration.ofSeconds(83);

    @Test
    void areTakenOfADrainAndItsEndInLightAndDark() throws Exception {
        ScheduledExecutorService customers = Executors.newSingleThreadScheduledExecutor();
        try (Shop shop = Shop.start(
                        WebApplicationType.REACTIVE,
                        Shop.OWN_MANAGEMENT_PORT,
                        Shop.DRAIN_BEFORE_MANAGEMENT,
                        "--reactive-tracker.concurrency=64",
                        "--reactive-tracker.shutdown.grace=30s");
                Chromium chromium = new Chromium(Chromium.executable().orElseThrow());
                BrowserPage page = chromium.page()) {
            TaskGroup parcels = shop.group().child("parcels");
            TaskGroup notices = shop.group().child("notices");
            page.size(1280, 900);
            page.open(shop.page());
            shop.work(shop.group(), "nightly report", 1);
            Orders orders = new Orders(shop, parcels, notices, customers);
            ScheduledFuture<?> unused = customers.scheduleAtFixedRate(orders, 0, 100, TimeUnit.MILLISECONDS);
            Thread.sleep(BUSY.toMillis());
            orders.isOver = true;

            page.colorScheme("light");
            CompletableFuture<Void> stop = shop.stop();
            Awaitility.await().until(() -> page.text("#state").equals("Draining"));
            Thread.sleep(2_500);
            page.screenshot(DOCS.resolve("live-page-light.png"));
            page.colorScheme("dark");
            page.screenshot(DOCS.resolve("live-page-dark.png"));
            shop.endTasks();
            stop.get(1, TimeUnit.MINUTES);
            Awaitility.await().until(() -> page.text("#state-note").startsWith("the application is gone"));
            page.screenshot(DOCS.resolve("live-page-drained-light.png"));
            page.colorScheme("dark");
            page.screenshot(DOCS.resolve("live-page-drained-dark.png"));
        } finally {
            customers.shutdownNow();
        }
    }

    /** A steady load with a crowd now and then. */
    private static final class Orders implements Runnable {

        private final Shop shop;
        private final TaskGroup parcels;
        private final TaskGroup notices;
        private final ScheduledExecutorService ends;
        volatile boolean isOver;
        private int tick;

        Orders(Shop shop, TaskGroup parcels, TaskGroup notices, ScheduledExecutorService ends) {
            this.shop = shop;
            this.parcels = parcels;
            this.notices = notices;
            this.ends = ends;
        }

        @Override
        public void run() {
            if (isOver) {
                return;
            }
            int crowd = tick % 300 > 190 && tick % 300 < 230 ? 6 : 0;
            for (int order = 0; order <= crowd; order++) {
                String name = "order-" + (20_000 + 10 * tick + order);
                shop.workFor(parcels, "ship " + name, ends, 1_500 + (tick * 37 + order * 211) % 1_700);
                shop.workFor(notices, "tell the customer of " + name, ends, 120 + tick % 90);
            }
            tick++;
        }
    }
}
