// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.internal.LibraryThreads;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SystemTimerTest {

    private static final long SECOND_NANOS = 1_000_000_000;

    private final TaskTimer timer = TaskTimer.system();

    @Test
    void tellsTheTimeOfTheSystem() {
        long before = System.nanoTime();
        long told = timer.nanoTime();
        assertThat(told - before).isNotNegative();
        assertThat(System.nanoTime() - told).isNotNegative();
    }

    @Test
    void runsAnActionLaterInADaemonThreadAndNotInTheOneThatWaits() throws Exception {
        long before = System.nanoTime();
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        Registration unused = timer.schedule(Duration.ofMillis(20), () -> ran.complete(Thread.currentThread()));
        Thread thread = ran.get();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(20_000_000);
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).isNotEqualTo("reactive-tracker-timer");
    }

    @Test
    void keepsNothingThatWasTakenBack() {
        for (int i = 0; i < 1_000; i++) {
            timer.schedule(Duration.ofDays(1), () -> {}).close();
        }
        assertThat(SystemTimer.INSTANCE.alarms()).isLessThan(1_000);
    }

    @Test
    void keepsNoOneWaitingBehindAnActionThatTakesItsTime() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<String> other = new CompletableFuture<>();
        Registration slow = timer.schedule(Duration.ZERO, () -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Registration quick = timer.schedule(Duration.ofMillis(1), () -> other.complete("in time"));
        assertThat(other.get()).isEqualTo("in time");
        release.countDown();
        slow.close();
        quick.close();
    }

    @Test
    void takesALongerDelayThanItCanCount() {
        Registration never = timer.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> {});
        never.close();
    }

    @Test
    void keepsNoOneWaitingHoweverManyActionsBlock() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            Registration unused = timer.schedule(Duration.ZERO, () -> {
                blocked.countDown();
                awaitUninterrupted(release);
            });
        }
        blocked.await();
        CompletableFuture<String> other = new CompletableFuture<>();
        Registration unused = timer.schedule(Duration.ZERO, () -> other.complete("in time"));
        assertThat(other.get()).isEqualTo("in time");
        release.countDown();
    }

    @Test
    void anActionThatWasClosedAfterItsTimeButBeforeItBeganNeverRuns() throws Exception {
        LinkedBlockingQueue<Runnable> handedOver = new LinkedBlockingQueue<>();
        SystemTimer slow = new SystemTimer(SystemTimerTest::daemon, handedOver::add, SECOND_NANOS);
        AtomicBoolean ran = new AtomicBoolean();
        Registration registration = slow.schedule(Duration.ZERO, () -> ran.set(true));
        Runnable due = handedOver.take();
        registration.close();
        due.run();
        assertThat(ran).isFalse();
    }

    @Test
    void runsAnActionOnce() throws Exception {
        LinkedBlockingQueue<Runnable> handedOver = new LinkedBlockingQueue<>();
        SystemTimer slow = new SystemTimer(SystemTimerTest::daemon, handedOver::add, SECOND_NANOS);
        AtomicInteger ran = new AtomicInteger();
        Registration unused = slow.schedule(Duration.ZERO, ran::incrementAndGet);
        Runnable due = handedOver.take();
        due.run();
        due.run();
        assertThat(ran).hasValue(1);
    }

    @Test
    void runsActionsInTheOrderOfTheirTimes() throws Exception {
        LinkedBlockingQueue<Runnable> handedOver = new LinkedBlockingQueue<>();
        SystemTimer one = new SystemTimer(SystemTimerTest::daemon, handedOver::add, SECOND_NANOS);
        List<String> ran = new ArrayList<>();
        Registration far = one.schedule(Duration.ofDays(1), () -> ran.add("never"));
        Registration second = one.schedule(Duration.ofMillis(30), () -> ran.add("second"));
        Registration first = one.schedule(Duration.ofMillis(1), () -> ran.add("first"));
        handedOver.take().run();
        handedOver.take().run();
        assertThat(ran).containsExactly("first", "second");
        far.close();
        second.close();
        first.close();
        assertThat(one.alarms()).isZero();
    }

    @Test
    void anActionForWhichThereIsNoThreadIsNotLost() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        SystemTimer starved = new SystemTimer(
                SystemTimerTest::daemon,
                action -> {
                    if (refusals.incrementAndGet() <= 3) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    action.run();
                },
                SECOND_NANOS);
        CompletableFuture<String> ran = new CompletableFuture<>();
        Registration unused = starved.schedule(Duration.ofMillis(1), () -> ran.complete("ran"));
        assertThat(ran.get()).isEqualTo("ran");
        assertThat(refusals).hasValue(4);
    }

    @Test
    void refusesAnActionIfItCannotWaitForItAndTakesTheNextThatItCan() throws Exception {
        AtomicBoolean isExhausted = new AtomicBoolean(true);
        SystemTimer starved = new SystemTimer(
                action -> {
                    if (isExhausted.get()) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    return daemon(action);
                },
                Runnable::run,
                SECOND_NANOS);
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> starved.schedule(Duration.ZERO, () -> {}));
        assertThat(starved.alarms()).isZero();
        isExhausted.set(false);
        CompletableFuture<String> ran = new CompletableFuture<>();
        Registration unused = starved.schedule(Duration.ZERO, () -> ran.complete("ran"));
        assertThat(ran.get()).isEqualTo("ran");
    }

    @Test
    void itsThreadEndsWhenIdleAndTheNextActionStartsAnother() throws Exception {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        SystemTimer idle = new SystemTimer(
                action -> {
                    Thread thread = daemon(action);
                    threads.add(thread);
                    return thread;
                },
                Runnable::run,
                1);
        for (int round = 1; round <= 3; round++) {
            CompletableFuture<String> ran = new CompletableFuture<>();
            Registration unused = idle.schedule(Duration.ofMillis(1), () -> ran.complete("ran"));
            assertThat(ran.get()).isEqualTo("ran");
            await().until(() -> !idle.isWaiting());
            threads.get(round - 1).join();
            assertThat(threads).hasSize(round);
        }
    }

    @Test
    void itsThreadsInheritNoThreadLocals() throws Exception {
        InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
        user.set("of another request");
        try {
            CompletableFuture<Optional<String>> seen = new CompletableFuture<>();
            Thread own =
                    LibraryThreads.create("inherits nothing", () -> seen.complete(Optional.ofNullable(user.get())));
            own.start();
            assertThat(seen.get()).isEmpty();
            assertThat(own.isDaemon()).isTrue();
        } finally {
            user.remove();
        }
    }

    @Test
    void itsThreadsKeepNoClassLoaderOfTheirCreatorsAlive() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        WeakReference<ClassLoader> loader = createThreadInALoaderOfItsOwn(end, thread);
        await().until(() -> {
            System.gc();
            return loader.get() == null;
        });
        assertThat(thread.get()).returns(true, Thread::isAlive);
        end.countDown();
    }

    private static WeakReference<ClassLoader> createThreadInALoaderOfItsOwn(
            CountDownLatch end, AtomicReference<Thread> thread) throws Exception {
        URL classes = Creator.class.getProtectionDomain().getCodeSource().getLocation();
        ClassLoader parent = SystemTimerTest.class.getClassLoader();
        try (URLClassLoader own = new URLClassLoader(new URL[] {classes}, parent) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                return name.equals(Creator.class.getName()) ? findClass(name) : super.loadClass(name, resolve);
            }
        }) {
            Thread current = Thread.currentThread();
            ClassLoader before = current.getContextClassLoader();
            current.setContextClassLoader(own);
            try {
                @SuppressWarnings("unchecked")
                Function<Runnable, Thread> creator = (Function<Runnable, Thread>)
                        own.loadClass(Creator.class.getName()).getConstructor().newInstance();
                assertThat(creator.getClass().getClassLoader()).isSameAs(own);
                Thread created = creator.apply(() -> awaitUninterrupted(end));
                created.start();
                thread.set(created);
            } finally {
                current.setContextClassLoader(before);
            }
            return new WeakReference<>(own);
        }
    }

    /** Simulates an application that is the first to need a thread of the library. */
    public static final class Creator implements Function<Runnable, Thread> {

        @Override
        public Thread apply(Runnable action) {
            return LibraryThreads.create("of an application", action);
        }
    }

    private static Thread daemon(Runnable action) {
        return LibraryThreads.create("timer under test", action);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
