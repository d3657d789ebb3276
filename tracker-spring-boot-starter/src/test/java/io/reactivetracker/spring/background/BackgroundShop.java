// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring.background;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Accepts orders, on WebFlux or Spring MVC, and ships them in the background in each way that Spring has. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
@EnableAsync
@EnableScheduling
public class BackgroundShop {

    @Bean
    Hands hands() {
        return new Hands();
    }

    @Bean
    Shipping shipping(Hands hands) {
        return new Shipping(hands);
    }

    /** The test's controls. */
    public static final class Hands {

        public final Semaphore begun = new Semaphore(0);
        public final Semaphore mayEnd = new Semaphore(0);
        public final List<String> done = new CopyOnWriteArrayList<>();
        public final List<Thread> threads = new CopyOnWriteArrayList<>();

        void work(String what) {
            threads.add(Thread.currentThread());
            begun.release();
            mayEnd.acquireUninterruptibly();
            done.add(what);
        }
    }

    /** The event. */
    record Ordered(String by) {}

    @RestController
    static class Orders {

        private final Shipping shipping;
        private final Hands hands;
        private final ApplicationEventPublisher events;
        private final Executor executor;

        Orders(
                Shipping shipping,
                Hands hands,
                ApplicationEventPublisher events,
                @Qualifier("applicationTaskExecutor") Executor executor) {
            this.shipping = shipping;
            this.hands = hands;
            this.events = events;
            this.executor = executor;
        }

        @PostMapping("/orders")
        @ResponseStatus(HttpStatus.ACCEPTED)
        void accept() {
            shipping.ship();
            events.publishEvent(new Ordered("event"));
            executor.execute(() -> hands.work("executor"));
        }
    }

    static class Shipping {

        private final Hands hands;

        Shipping(Hands hands) {
            this.hands = hands;
        }

        @Async
        public void ship() {
            hands.work("async");
        }

        @Async
        @EventListener
        public void onOrder(Ordered order) {
            hands.work(order.by());
        }

        @Scheduled(fixedDelay = 3_600_000)
        public void cleanUp() {
            hands.work("scheduled");
        }
    }
}
