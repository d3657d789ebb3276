// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.cancelWith;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.CompositeDisposable;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.OnErrorNotImplementedException;
import io.reactivex.rxjava3.functions.Action;
import io.reactivex.rxjava3.functions.Consumer;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A cancelled task is a normal event: with RxJava's own plugins, it leaves no stack trace where nobody listens to
 * errors.
 */
@SuppressWarnings("CheckReturnValue") // what happens to the subscriptions is seen in the group
class QuietCancellationTest {

    private static final Consumer<Object> NOTHING = element -> {};
    private static final Action DONE = () -> {};

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger cancels = new AtomicInteger();
    private final PrintStream standard = System.err;
    private Thread.@Nullable UncaughtExceptionHandler before;

    @BeforeEach
    void listen() {
        RxJavaPlugins.reset();
        before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        // RxJava calls the thread's own handler, which is its group if it has none.
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        System.setErr(new PrintStream(written, true, UTF_8));
    }

    @AfterEach
    void listenNoMore() {
        System.setErr(standard);
        Thread.setDefaultUncaughtExceptionHandler(before);
        Thread.currentThread().setUncaughtExceptionHandler(null);
    }

    private void assertQuiet() {
        assertThat(written.toString(UTF_8)).isEmpty();
        assertThat(uncaught).isEmpty();
    }

    /** Each way to subscribe without a callback for errors, to a pipeline that never ends by itself. */
    static Stream<Arguments> subscriptions() {
        return Stream.of(
                subscription(
                        "Flowable.subscribe()",
                        (it, n) -> flowable(n).compose(it).subscribe()),
                subscription(
                        "Flowable.subscribe(onNext)",
                        (it, n) -> flowable(n).compose(it).subscribe(NOTHING)),
                subscription(
                        "Flowable.forEach(onNext)",
                        (it, n) -> flowable(n).compose(it).forEach(NOTHING)),
                subscription(
                        "Observable.subscribe()",
                        (it, n) -> observable(n).compose(it).subscribe()),
                subscription(
                        "Observable.subscribe(onNext)",
                        (it, n) -> observable(n).compose(it).subscribe(NOTHING)),
                subscription(
                        "Single.subscribe()", (it, n) -> single(n).compose(it).subscribe()),
                subscription(
                        "Single.subscribe(onSuccess)",
                        (it, n) -> single(n).compose(it).subscribe(NOTHING)),
                subscription(
                        "Maybe.subscribe()", (it, n) -> maybe(n).compose(it).subscribe()),
                subscription(
                        "Maybe.subscribe(onSuccess)",
                        (it, n) -> maybe(n).compose(it).subscribe(NOTHING)),
                subscription(
                        "Completable.subscribe()",
                        (it, n) -> completable(n).compose(it).subscribe()),
                subscription(
                        "Completable.subscribe(onComplete)",
                        (it, n) -> completable(n).compose(it).subscribe(DONE)));
    }

    interface Subscribe {
        Disposable to(TrackTransformer<Object> operator, AtomicInteger cancels);
    }

    private static Arguments subscription(String what, Subscribe subscribe) {
        return Arguments.of(what, subscribe);
    }

    private static Flowable<Object> flowable(AtomicInteger cancels) {
        return Flowable.never().doOnCancel(cancels::incrementAndGet);
    }

    private static Observable<Object> observable(AtomicInteger cancels) {
        return Observable.never().doOnDispose(cancels::incrementAndGet);
    }

    private static Single<Object> single(AtomicInteger cancels) {
        return Single.never().doOnDispose(cancels::incrementAndGet);
    }

    private static Maybe<Object> maybe(AtomicInteger cancels) {
        return Maybe.never().doOnDispose(cancels::incrementAndGet);
    }

    private static Completable completable(AtomicInteger cancels) {
        return Completable.never().doOnDispose(cancels::incrementAndGet);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("subscriptions")
    void aTaskThatItsGroupCancelsIsDisposedOfAndCountedAsCancelled(String what, Subscribe subscribe) {
        TaskGroup group = TaskGroup.builder("orders").executor(Runnable::run).build();
        Disposable task = subscribe.to(trackWith(group, "ship"), cancels);
        assertThat(task.isDisposed()).isFalse();
        group.cancel();
        assertThat(task.isDisposed()).isTrue();
        assertThat(cancels).hasValue(1);
        assertThat(group.counts().cancelled()).isOne();
        assertThat(group.drained().isDone()).isTrue();
        assertQuiet();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("subscriptions")
    void aQueuedTaskThatItsGroupCancelsIsDisposedOf(String what, Subscribe subscribe) {
        TaskGroup group = TaskGroup.builder("orders")
                .admission(Admission.concurrency(1))
                .executor(Runnable::run)
                .build();
        Completable.never().compose(trackWith(group)).subscribe(DONE, error -> {});
        Disposable task = subscribe.to(trackWith(group), cancels);
        group.cancel();
        assertThat(task.isDisposed()).isTrue();
        assertThat(group.counts().cancelled()).isEqualTo(2);
        assertQuiet();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("subscriptions")
    void aSubscriptionThatItsTokenCancelsIsDisposedOf(String what, Subscribe subscribe) {
        CancellationToken token = CancellationToken.create();
        Disposable task = subscribe.to(cancelWith(token), cancels);
        token.cancel(new IllegalStateException("enough"));
        assertThat(task.isDisposed()).isTrue();
        assertThat(cancels).hasValue(1);
        Disposable late = subscribe.to(cancelWith(token), cancels);
        assertThat(late.isDisposed()).isTrue();
        assertThat(cancels).as("the source of the second was not touched").hasValue(1);
        assertQuiet();
    }

    @Test
    void aTrackedSubscriptionThatATokenCancelsIsDisposedOfAndCountedDown() {
        CancellationToken token = CancellationToken.create();
        TaskTracker tracker = TaskTracker.create("orders");
        TrackTransformer<Object> cancel = cancelWith(token);
        TrackTransformer<Object> track = trackWith(tracker);
        List<Disposable> tasks = List.of(
                flowable(cancels).compose(cancel).map(it -> it).compose(track).subscribe(),
                observable(cancels).compose(cancel).map(it -> it).compose(track).subscribe(),
                single(cancels).compose(cancel).map(it -> it).compose(track).subscribe(),
                maybe(cancels).compose(cancel).map(it -> it).compose(track).subscribe(),
                completable(cancels).compose(cancel).compose(track).subscribe());
        token.cancel();
        assertThat(tasks).allMatch(Disposable::isDisposed);
        assertThat(cancels).hasValue(5);
        assertThat(tracker.size()).isZero();
        assertQuiet();
    }

    @Test
    void whoHasACallbackForErrorsIsTold() {
        TaskGroup group = TaskGroup.builder("orders").executor(Runnable::run).build();
        List<Throwable> told = new ArrayList<>();
        TrackTransformer<Object> track = trackWith(group, "ship");
        flowable(cancels).compose(track).subscribe(NOTHING, told::add);
        observable(cancels).compose(track).subscribe(NOTHING, told::add);
        single(cancels).compose(track).subscribe(NOTHING, told::add);
        single(cancels).compose(track).subscribe((value, error) -> told.add(error));
        maybe(cancels).compose(track).subscribe(NOTHING, told::add);
        completable(cancels).compose(track).subscribe(DONE, told::add);
        flowable(cancels)
                .compose(track)
                .onErrorComplete(error -> told.add(error))
                .subscribe();
        single(cancels).compose(track).subscribe(NOTHING, told::add, new CompositeDisposable());
        group.cancel();
        assertThat(told)
                .hasSize(8)
                .allMatch(TaskCancelledException.class::isInstance)
                .allMatch(error -> error.toString().contains("task \"ship\"")
                        && error.toString().contains("group \"orders\""));
        assertQuiet();
    }

    @Test
    void anErrorThatIsNoCancellationIsReportedAsBefore() {
        TaskGroup group = TaskGroup.builder("orders").executor(Runnable::run).build();
        Completable.error(new IllegalStateException("no ship"))
                .compose(trackWith(group))
                .subscribe();
        group.close();
        Completable.never().compose(trackWith(group)).subscribe();
        assertThat(uncaught).hasSize(2).allMatch(OnErrorNotImplementedException.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(ints = {20_000, 100_000})
    void aShutdownOfManyTasksCancelsThemAllAndSaysNothing(int number) {
        TaskGroup group = TaskGroup.builder("orders").build();
        List<Function<TrackTransformer<Object>, Disposable>> types = List.of(
                it -> flowable(cancels).compose(it).subscribe(),
                it -> observable(cancels).compose(it).subscribe(),
                it -> single(cancels).compose(it).subscribe(),
                it -> maybe(cancels).compose(it).subscribe(),
                it -> completable(cancels).compose(it).subscribe());
        for (int i = 0; i < number; i++) {
            var unused = types.get(i % types.size()).apply(trackWith(group));
        }
        // Enough for a slow machine; what it takes is measured elsewhere.
        ShutdownReport report = group.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(Duration.ofMinutes(5)))
                .join();
        assertThat(report.stuck()).isEmpty();
        assertThat(group.counts().cancelled()).isEqualTo(number);
        assertThat(cancels).hasValue(number);
        assertQuiet();
    }
}
