// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.cancelWith;
import static io.reactivetracker.mutiny.MutinyTracking.trackWith;
import static io.reactivetracker.mutiny.MutinyTracking.untilClosed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.operators.AbstractMulti;
import io.smallrye.mutiny.operators.AbstractUni;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rules that Mutiny's own tests have for each of its operators: null subscribers, demand, cancellation, contexts,
 * callbacks of other operators, retries and subscriptions again. The TCK of Reactive Streams checks the others.
 */
@ParameterizedClass
@EnumSource
class OperatorRulesTest {

    /** The operators of this module. */
    enum Operator {
        TRACK,
        TRACK_IN_GROUP,
        TRACK_ATTEMPTS,
        CANCEL_WITH,
        UNTIL_CLOSED
    }

    // Mutiny's contexts take keys of any type, and will no longer have methods for strings.
    private static final Object USER = "user";
    private static final Object ORDER = "order";

    @RegisterExtension
    final Dropped dropped = new Dropped();

    @Parameter
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Operator operator;

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("orders").build();
    private final TaskGroup attempts = TaskGroup.builder("attempts")
            .executor(Runnable::run)
            .onError(error -> Decision.fail())
            .build();
    private final IllegalStateException failure = new IllegalStateException("no ship");

    private <P> UnaryOperator<P> operator() {
        return switch (operator) {
            case TRACK -> trackWith(tracker);
            case TRACK_IN_GROUP -> trackWith(group);
            case TRACK_ATTEMPTS -> trackWith(attempts);
            case CANCEL_WITH -> cancelWith(CancellationToken.create());
            case UNTIL_CLOSED -> untilClosed(tracker);
        };
    }

    @Test
    @SuppressWarnings("NullAway") // against the rules
    void refusesANullSubscriberBeforeItTouchesTheSource() {
        AtomicInteger touched = new AtomicInteger();
        Multi<String> multi = Multi.createFrom()
                .item("a")
                .onSubscription()
                .invoke(touched::incrementAndGet)
                .plug(operator());
        Uni<String> uni = Uni.createFrom()
                .item("a")
                .onSubscription()
                .invoke(touched::incrementAndGet)
                .plug(operator());
        assertThatNullPointerException().isThrownBy(() -> multi.subscribe((Subscriber<String>) null));
        assertThatNullPointerException()
                .isThrownBy(() -> ((AbstractMulti<String>) multi).subscribe((MultiSubscriber<String>) null));
        assertThatNullPointerException()
                .isThrownBy(() -> ((AbstractUni<String>) uni).subscribe((UniSubscriber<String>) null));
        assertThat(touched).hasValue(0);
        assertThat(tracker.size() + group.counts().pending() + attempts.counts().pending())
                .isZero();
    }

    @Test
    void passesTheDemandOnAsItIs() {
        List<Long> requests = new ArrayList<>();
        AssertSubscriber<Integer> downstream = Multi.createFrom()
                .range(0, 10)
                .onRequest()
                .invoke(requests::add)
                .plug(this.<Multi<Integer>>operator())
                .subscribe()
                .withSubscriber(AssertSubscriber.create());
        downstream.assertSubscribed().assertHasNotReceivedAnyItem();
        downstream.request(2).assertItems(0, 1).assertNotTerminated();
        downstream.request(3).request(Long.MAX_VALUE).assertItemCount(10).assertCompleted();
        assertThat(requests).containsExactly(2L, 3L, Long.MAX_VALUE);
    }

    @Test
    void passesARequestThatIsNotPositiveOn() {
        for (long bad : new long[] {0, -1}) {
            AtomicReference<Subscription> subscription = new AtomicReference<>();
            List<Throwable> failures = new ArrayList<>();
            Multi.createFrom()
                    .range(0, 10)
                    .plug(this.<Multi<Integer>>operator())
                    .subscribe()
                    .with(subscription::set, item -> {}, failures::add, () -> {});
            Objects.requireNonNull(subscription.get()).request(bad);
            assertThat(failures).singleElement().isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void cancelsTheSourceOnceAndPassesNothingOnAfterwards() {
        AtomicInteger cancels = new AtomicInteger();
        AssertSubscriber<Long> multi = Multi.createFrom()
                .<Long>nothing()
                .onCancellation()
                .invoke(cancels::incrementAndGet)
                .plug(this.<Multi<Long>>operator())
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1));
        UniAssertSubscriber<Long> uni = Uni.createFrom()
                .<Long>nothing()
                .onCancellation()
                .invoke(cancels::incrementAndGet)
                .plug(this.<Uni<Long>>operator())
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
        multi.cancel().cancel();
        uni.cancel();
        uni.cancel();
        assertThat(cancels).hasValue(2);
        multi.assertNotTerminated();
        uni.assertNotTerminated();
    }

    @Test
    void aSubscriberThatHasCancelledBeforeLeavesNothing() {
        Multi.createFrom()
                .items(1, 2)
                .plug(this.<Multi<Integer>>operator())
                .subscribe()
                .withSubscriber(new AssertSubscriber<>(2, true))
                .assertHasNotReceivedAnyItem();
        Uni.createFrom()
                .item(1)
                .plug(this.<Uni<Integer>>operator())
                .subscribe()
                .withSubscriber(new UniAssertSubscriber<>(true))
                .assertNotTerminated();
        assertThat(tracker.size() + group.counts().pending() + attempts.counts().pending())
                .isZero();
    }

    @Test
    void theContextOfTheSubscriberReachesTheSource() {
        Context context = Context.of(USER, "ann");
        Uni<String> uni = Uni.createFrom()
                .context(it -> Uni.createFrom().item("uni of " + it.<String>get(USER)))
                .plug(operator());
        assertThat(uni.awaitUsing(context).indefinitely()).isEqualTo("uni of ann");
        Multi.createFrom()
                .context(it -> Multi.createFrom().items("multi of " + it.<String>get(USER)))
                .plug(this.<Multi<String>>operator())
                .subscribe()
                .withSubscriber(AssertSubscriber.create(context, 1))
                .assertItems("multi of ann");
    }

    @Test
    void whatASourcePutsIntoTheContextIsSeenDownstream() {
        Context context = Context.empty();
        Uni<String> uni = Uni.createFrom()
                .item("a")
                .withContext((source, it) -> source.invoke(item -> it.put(ORDER, item)))
                .plug(operator());
        String unused = uni.awaitUsing(context).indefinitely();
        assertThat(context.<String>get(ORDER)).isEqualTo("a");
    }

    @Test
    void aFailureIsTheFailureOfTheSourceAndMayBeHandledDownstream() {
        Throwable seen = Uni.createFrom()
                .<Throwable>failure(failure)
                .plug(this.<Uni<Throwable>>operator())
                .onFailure()
                .recoverWithItem(error -> error)
                .await()
                .indefinitely();
        assertThat(seen).isSameAs(failure);
    }

    @Test
    void aRetryDownstreamIsASubscriptionAgain() {
        AtomicInteger subscriptions = new AtomicInteger();
        Uni<Integer> uni = Uni.createFrom()
                .item(() -> {
                    if (subscriptions.incrementAndGet() < 3) {
                        throw failure;
                    }
                    return subscriptions.get();
                })
                .plug(operator());
        assertThat(uni.onFailure().retry().atMost(2).await().indefinitely()).isEqualTo(3);
        Uni.createFrom()
                .item(1)
                .plug(this.<Uni<Integer>>operator())
                .repeat()
                .atMost(3)
                .subscribe()
                .withSubscriber(AssertSubscriber.create(10))
                .assertItems(1, 1, 1)
                .assertCompleted();
    }

    @Test
    void aTimeOutDownstreamCancelsTheSource() {
        AtomicInteger cancels = new AtomicInteger();
        Uni<Integer> uni = Uni.createFrom()
                .<Integer>nothing()
                .onCancellation()
                .invoke(cancels::incrementAndGet)
                .plug(operator());
        Object seen = uni.ifNoItem()
                .after(Duration.ofMillis(1))
                .fail()
                .onFailure(TimeoutException.class)
                .recoverWithItem(-1)
                .subscribeAsCompletionStage()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        assertThat(seen).isEqualTo(-1);
        assertThat(cancels).hasValue(1);
    }

    @Test
    void aDownstreamThatTakesOneItemCancelsTheSource() {
        Multi<Long> multi = Multi.createFrom().<Long>emitter(emitter -> {
            for (long i = 0; !emitter.isCancelled(); i++) {
                emitter.emit(i);
            }
        });
        assertThat(multi.plug(this.<Multi<Long>>operator())
                        .select()
                        .first(3)
                        .collect()
                        .asList()
                        .await()
                        .indefinitely())
                .containsExactly(0L, 1L, 2L);
        assertThat(multi.plug(this.<Multi<Long>>operator()).toUni().await().indefinitely())
                .isZero();
        assertThat(tracker.size() + group.counts().pending() + attempts.counts().pending())
                .isZero();
    }
}
