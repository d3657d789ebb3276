// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Classes that are run as tests by a test. They need Reactor, and not RxJava. */
final class Fixtures {

    private Fixtures() {}

    /** The code that is tested. */
    static final class Orders {

        static final AtomicInteger CANCELLED = new AtomicInteger();

        private Orders() {}

        static Disposable accept() {
            return Mono.never().doOnCancel(CANCELLED::incrementAndGet).subscribe();
        }

        static Disposable named() {
            return Flux.never().name("order 17").subscribe();
        }

        static Disposable ship() {
            return Mono.delay(Duration.ofMillis(20)).subscribe();
        }
    }

    @ExtendWith(NoForgottenWork.class)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Plain {

        private @Nullable Disposable subscription;

        @AfterEach
        void disposes() {
            if (subscription != null) {
                subscription.dispose();
            }
        }

        @Test
        @Order(1)
        void leavesThree() {
            Disposable unusedOne = Orders.accept();
            Disposable unusedTwo = Orders.accept();
            Disposable unusedThree = Orders.named();
        }

        @Test
        @Order(2)
        void isNotBlamedForTheTestBefore() {}

        @Test
        @Order(3)
        void ends() {
            Disposable unused = Mono.just("order").subscribe();
        }

        @Test
        @Order(4)
        void disposesAfterEach() {
            subscription = Orders.accept();
        }

        @Test
        @Order(5)
        void failsAndLeaves() {
            Disposable unused = Orders.accept();
            fail("wrong price");
        }

        @Test
        @Order(6)
        void isAbortedAndLeaves() {
            Disposable unused = Orders.accept();
            assumeTrue(false, "no network");
        }

        @Test
        @Order(7)
        void isAborted() {
            assumeTrue(false, "no network");
        }

        @Test
        @Order(8)
        void isInterruptedAndLeaves() {
            Disposable unused = Orders.accept();
            Thread.currentThread().interrupt();
        }

        @Test
        @Order(9)
        void resetsTheHooks() {
            Hooks.resetOnLastOperator();
        }

        @Test
        @Order(10)
        void leavesOneAfterThat() {
            Disposable unused = Orders.accept();
        }
    }

    @ExtendWith(NoForgottenWork.class)
    static class OfTheClass {

        private static @Nullable Disposable disposed;

        @BeforeAll
        static void starts() {
            Disposable unused = Orders.accept();
            disposed = Orders.named();
        }

        @Test
        void isNotBlamed() {}

        @AfterAll
        static void disposes() {
            if (disposed != null) {
                disposed.dispose();
            }
        }
    }

    static class OnAMethod {

        @Test
        @ExtendWith(NoForgottenWork.class)
        void leaves() {
            Disposable unused = Orders.accept();
        }

        @Test
        void isNotChecked() {
            Disposable unused = Orders.accept();
        }
    }

    @ExtendWith(NoForgottenWork.class)
    static class InTheConstructor {

        final Disposable subscription = Orders.accept();

        @Test
        void leaves() {}

        @Nested
        class Inner {

            final Disposable another = Orders.named();

            @Test
            void leavesBoth() {}
        }
    }

    @ExtendWith(NoForgottenWork.class)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class InTheOnlyConstructor {

        final Disposable subscription = Orders.accept();

        @Test
        void isNotBlamed() {}
    }

    @ExtendWith(NoForgottenWork.class)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class InAConstructorThatFails {

        private static final AtomicBoolean FAILS = new AtomicBoolean(true);

        InAConstructorThatFails() {
            if (FAILS.getAndSet(false)) {
                Disposable unused = Orders.accept();
                throw new IllegalStateException("no database");
            }
        }

        @Test
        @Order(1)
        void isNotRun() {}

        @Test
        @Order(2)
        void isNotBlamed() {}
    }

    @ExtendWith(NoForgottenWork.class)
    static class Several {

        @ParameterizedTest(name = "{0}")
        @ValueSource(ints = {0, 1})
        void ships(int number) {
            for (int i = 0; i < number; i++) {
                Disposable unused = Orders.accept();
            }
        }

        @RepeatedTest(value = 2, name = "{currentRepetition}")
        void repeats() {
            Disposable unused = Orders.accept();
        }

        @TestFactory
        Stream<DynamicTest> dynamic() {
            Disposable unusedOfTheFactory = Orders.named();
            return Stream.of(
                    dynamicTest("leaves", () -> {
                        Disposable unused = Orders.accept();
                    }),
                    dynamicTest("ends", () -> {}));
        }
    }

    @ExtendWith(NoForgottenWork.class)
    @AllowSubscriptions("Fixtures$Orders.named")
    static class Allowed {

        @Test
        void byTheClass() {
            Disposable unused = Orders.named();
        }

        @Test
        @AllowSubscriptions("Fixtures$Orders")
        void byTheTypeOfTheCode() {
            Disposable unused = Orders.accept();
        }

        @Test
        @AllowSubscriptions("io.reactivetracker.junit.Fixtures$Orders.accept")
        void byTheFullName() {
            Disposable unused = Orders.accept();
        }

        @Test
        @AllowSubscriptions("Fixtures$Orders.accept:1")
        void notByAnotherLine() {
            Disposable unused = Orders.accept();
        }

        @Test
        @AllowSubscriptions(max = 2)
        void twoOfThem() {
            Disposable unusedOne = Orders.accept();
            Disposable unusedTwo = Orders.accept();
        }

        @Test
        @AllowSubscriptions(value = "Fixtures$Orders.accept", max = 1)
        @AllowSubscriptions(value = "Fixtures$Orders", max = 1)
        void notThree() {
            Disposable unusedOne = Orders.accept();
            Disposable unusedTwo = Orders.accept();
            Disposable unusedThree = Orders.accept();
        }

        @Nested
        class Inner {

            @Test
            void byTheClassAround() {
                Disposable unused = Orders.named();
            }
        }
    }

    @ExtendWith(NoForgottenWork.class)
    @SubscriptionGrace(value = 1, unit = TimeUnit.MINUTES)
    static class Patient {

        @Test
        void endsDuringTheGrace() {
            Disposable unused = Orders.ship();
        }

        @Test
        @SubscriptionGrace(0)
        void isNotGivenTime() {
            Disposable unused = Orders.accept();
        }
    }

    @ExtendWith(NoForgottenWork.class)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class InOtherThreads {

        private static final CountDownLatch OVER = new CountDownLatch(1);
        private static @Nullable Thread late;

        @Test
        @Order(1)
        void aThreadOfItsOwn() throws InterruptedException {
            Thread thread = new Thread(Orders::accept);
            thread.start();
            thread.join();
        }

        @Test
        @Order(2)
        void aScheduler() throws InterruptedException {
            CountDownLatch done = new CountDownLatch(1);
            Disposable unused = Schedulers.parallel().schedule(() -> {
                Disposable unusedOne = Orders.accept();
                done.countDown();
            });
            done.await();
        }

        @Test
        @Order(3)
        void startsAThreadThatGoesOn() {
            late = new Thread(Schedulers.onSchedule(() -> {
                try {
                    OVER.await();
                    Disposable unused = Orders.accept();
                } catch (InterruptedException impossible) {
                    Thread.currentThread().interrupt();
                }
            }));
            late.start();
        }

        @Test
        @Order(4)
        void isNotBlamedForThatThread() throws InterruptedException {
            OVER.countDown();
            if (late != null) {
                late.join();
            }
        }

        @Test
        @Order(5)
        void aThreadThatIsOlder() throws Exception {
            OldThread.EXECUTOR.submit(Orders::accept).get();
        }
    }

    @ExtendWith(NoForgottenWork.class)
    static class OfAStaticInitializer {

        @Test
        void isNotLeft() {
            assertTrue(Holder.POLL != null);
        }

        static final class Holder {
            static final Disposable POLL = Orders.accept();
        }
    }

    static class Unannotated {

        @Test
        void leaves() {
            Disposable unused = Orders.accept();
        }
    }

    @ExtendWith(NoForgottenWork.class)
    static class Twice extends Unannotated {

        @Test
        @ExtendWith(NoForgottenWork.class)
        void leavesOne() {
            Disposable unused = Orders.accept();
        }
    }

    @ExtendWith(NoForgottenWork.class)
    @AllowSubscriptions(max = -1)
    static class NegativeAllowance {

        @Test
        void isNotRun() {}
    }

    @ExtendWith(NoForgottenWork.class)
    @AllowSubscriptions(" ")
    static class BlankAllowance {

        @Test
        void isNotRun() {}
    }

    @ExtendWith(NoForgottenWork.class)
    @SubscriptionGrace(-1)
    static class NegativeGrace {

        @Test
        void isNotRun() {}
    }

    @ExtendWith(NoForgottenWork.class)
    static class Before {

        @BeforeEach
        void starts() {
            Disposable unused = Orders.accept();
        }

        @Test
        void leaves() {}
    }
}
