// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static io.reactivetracker.TaskOptions.strict;
import static io.reactivetracker.rxjava.RxTracking.cancelWith;
import static io.reactivetracker.rxjava.RxTracking.trackSubscriptions;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static io.reactivetracker.rxjava.RxTracking.untilClosed;
import static io.reactivetracker.rxjava.RxTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionTask;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows for RxJava. */
@SuppressWarnings("CheckReturnValue") // the tracker shows what happens to the subscription
class RxSnippetsTest {

    private final List<String> handled = new ArrayList<>();

    private final List<String> done = new CopyOnWriteArrayList<>();
    private final Flowable<String> orders = Flowable.just("one", "two");
    private final Observable<String> clicks = Observable.just("click");
    private final Cache cache = order -> Maybe.empty();

    private interface Cache {
        Maybe<String> get(String order);
    }

    private Single<String> bill(String order) {
        return Single.fromCallable(() -> {
                    done.add("bill " + order);
                    return order;
                })
                .subscribeOn(Schedulers.io());
    }

    private Completable archive(String order) {
        return Completable.fromAction(() -> done.add("archive " + order)).subscribeOn(Schedulers.io());
    }

    @Test
    void tenLines() {
        TaskTracker tracker = TaskTracker.create("orders");
        CancellationToken stop = CancellationToken.create();
        String order = "three";
        // spotless:off

        orders.concatMapSingle(this::bill).compose(trackWith(tracker)).subscribe();
        clicks.compose(trackWith(tracker, "clicks")).subscribe();
        bill(order).compose(trackWith(tracker, strict())).subscribe();
        cache.get(order).compose(trackWith(tracker)).subscribe();
        archive(order).compose(cancelWith(stop)).compose(trackWith(tracker)).subscribe();

        tracker.close();
        whenDrained(tracker, Duration.ofSeconds(30)).blockingAwait();
        // spotless:on
        assertThat(done).containsExactlyInAnyOrder("bill one", "bill two", "bill three", "archive three");
    }

    @Test
    void theJavadoc() {
        TaskTracker tracker = TaskTracker.create("orders");
        // spotless:off

        orders.concatMapSingle(this::bill).compose(trackWith(tracker)).subscribe();

        tracker.close();
        whenDrained(tracker).blockingAwait();
        // spotless:on
        assertThat(done).containsExactly("bill one", "bill two");
    }

    private Completable handle(String message) {
        return Completable.fromAction(() -> handled.add(message));
    }

    @Test
    void theMessagesUntilTheClose() {
        TaskTracker tracker = TaskTracker.create("messages");
        PublishProcessor<String> messages = PublishProcessor.create();

        messages.compose(untilClosed(tracker)) // no new message from the close on
                .concatMapCompletable(this::handle) // the message in flight is handled
                .compose(trackWith(tracker)) // and the drain waits for it
                .subscribe();

        messages.onNext("one");
        tracker.close();
        assertThat(handled).containsExactly("one");
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void fireAndForgetSubscriptions() {
        TaskTracker tracker = TaskTracker.create("subscriptions");
        CancellationToken token = CancellationToken.create();
        // spotless:off
        Registration counting = trackSubscriptions((caller, pipeline) ->
                caller.type().getPackageName().startsWith("com.acme.")
                        ? new SubscriptionTask(tracker, token, caller.toString())
                        : null);
        // spotless:on
        counting.close();
        assertThat(tracker.size()).isZero();
    }
}
