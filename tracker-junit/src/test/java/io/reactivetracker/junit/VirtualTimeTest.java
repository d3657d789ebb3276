// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The grace passes in the virtual time of the test, however long it is. */
class VirtualTimeTest {

    static class OfReactor {

        private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

        @RegisterExtension
        final NoForgottenWork work =
                new NoForgottenWork().withGrace(Duration.ofDays(1)).withVirtualTime(scheduler::advanceTimeBy);

        @AfterEach
        void stops() {
            scheduler.dispose();
        }

        @Test
        void endsInTime() {
            Disposable unused = Mono.delay(Duration.ofHours(23), scheduler).subscribe();
        }

        @Test
        void isLate() {
            Disposable unused = Mono.delay(Duration.ofHours(25), scheduler).subscribe();
        }
    }

    static class OfRxJava {

        private final TestScheduler scheduler = new TestScheduler();

        @RegisterExtension
        final NoForgottenWork work = new NoForgottenWork()
                .withGrace(Duration.ofDays(1))
                .withVirtualTime(time -> scheduler.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS));

        @Test
        void endsInTime() {
            var unused = Completable.timer(23, TimeUnit.HOURS, scheduler).subscribe();
        }

        @Test
        void isLate() {
            var unused = Completable.timer(25, TimeUnit.HOURS, scheduler).subscribe();
        }
    }

    static class Failing {

        @RegisterExtension
        final NoForgottenWork work = new NoForgottenWork().withVirtualTime(time -> {
            throw new IllegalStateException("no virtual time");
        });

        @Test
        void fails() {}
    }

    @Test
    void ofReactor() {
        assertThat(FixtureRun.run(OfReactor.class))
                .containsExactlyInAnyOrder(
                        "endsInTime(): ok",
                        "isLate(): VirtualTimeTest.OfReactor.isLate left 1 subscription: "
                                + "VirtualTimeTest$OfReactor.isLate:N");
    }

    @Test
    void ofRxJava() {
        assertThat(FixtureRun.run(OfRxJava.class))
                .containsExactlyInAnyOrder(
                        "endsInTime(): ok",
                        "isLate(): VirtualTimeTest.OfRxJava.isLate left 1 subscription: "
                                + "VirtualTimeTest$OfRxJava.isLate:N");
    }

    @Test
    void whatTheFunctionThrowsFailsTheTest() {
        assertThat(FixtureRun.run(Map.of(), Failing.class)).containsExactly("fails(): no virtual time");
    }
}
