// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import io.reactivetracker.junit.NoForgottenWork;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** The code that the documentation shows for the extension of JUnit. It is compiled, and fails by intention. */
@SuppressWarnings("ClassCanBeStatic") // as it is shown
final class JUnitSnippets {

    private final Orders orders = new Orders();

    private JUnitSnippets() {}

    private static final class Orders {

        void accept(String order) {
            Disposable unused = Mono.just(order).then(Mono.never()).subscribe();
        }
    }

    // spotless:off
    @ExtendWith(NoForgottenWork.class)
    class OrdersTest {
        @Test
        void ships() {
            orders.accept("order-17");
        }
    }
    // spotless:on

    static final class InVirtualTime {

        private final TestScheduler scheduler = new TestScheduler();

        // spotless:off
        @RegisterExtension
        final NoForgottenWork work = new NoForgottenWork()
                .withGrace(Duration.ofHours(1))
                .withVirtualTime(time -> scheduler.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS));
        // spotless:on
    }
}
