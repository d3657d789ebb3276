// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static io.reactivetracker.test.RecordStoreContract.done;
import static io.reactivetracker.test.RecordStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Hooks;

/** Waits that end by publication. Unless a test says otherwise, the store's next poll is hours away. */
class SettledSubscriptionsTest {

    private static final Duration HOURS = Duration.ofHours(5);
    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private final Redis redis = new Redis();
    private final String namespace = "notices-" + NAMESPACES.incrementAndGet();
    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();

    /** The store of another process: settles, and does not wait. */
    private final RecordStore<String> settling =
            RedisRecordStore.builder(namespace, redis.connection).build();

    @BeforeEach
    void keepWhatIsDropped() {
        Hooks.onErrorDropped(dropped::add);
    }

    @AfterEach
    void end() {
        Hooks.resetOnErrorDropped();
        redis.close();
    }

    private StatefulRedisPubSubConnection<byte[], byte[]> pubSub() {
        return redis.client().connectPubSub(ByteArrayCodec.INSTANCE);
    }

    private TaskRecorder<String> waiting(StatefulRedisPubSubConnection<byte[], byte[]> pubSub, Duration pollInterval) {
        return TaskRecorder.create(RedisRecordStore.builder(namespace, redis.connection)
                .pollInterval(pollInterval)
                .pubSub(pubSub)
                .build());
    }

    private TaskRecorder<String> waiting() {
        return waiting(pubSub(), HOURS);
    }

    private String channel(String key) {
        return "reactive-tracker:{" + namespace + "}:settled:" + key;
    }

    private List<String> channels() {
        return redis.commands().pubsubChannels();
    }

    private void awaitChannels(String... keys) {
        List<String> expected = List.of(keys).stream().map(this::channel).toList();
        Awaitility.await().untilAsserted(() -> assertThat(channels()).containsExactlyInAnyOrderElementsOf(expected));
    }

    private CompletableFuture<TaskRecord> waitFor(TaskRecorder<String> recorder, String key) {
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(key);
        Awaitility.await().until(() -> channels().contains(channel(key)));
        assertThat(wait).isNotDone();
        return wait;
    }

    /** Returns the outcome, long before the next poll. */
    private static <T> T inTime(CompletableFuture<T> outcome) {
        return outcome.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Test
    void endAsSoonAsAnotherProcessSettlesTheKeyInWhateverWay() {
        TaskRecorder<String> recorder = waiting();
        Claim first = get(settling.begin("a"));
        CompletableFuture<TaskRecord> wait = waitFor(recorder, "a");
        get(first.fail(new IllegalStateException("no money")));
        assertThat(inTime(wait).status()).isEqualTo(TaskStatus.FAILED);
        assertThat(inTime(wait).failure()).hasMessageContaining("no money");

        Claim second = get(settling.begin("a"));
        wait = waitFor(recorder, "a");
        get(second.succeed());
        assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);

        Claim revoke = get(settling.beginRevoke("a"));
        wait = waitFor(recorder, "a");
        get(revoke.fail(new IllegalStateException()));
        assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);

        revoke = get(settling.beginRevoke("a"));
        wait = waitFor(recorder, "a");
        get(revoke.succeed());
        assertThat(inTime(wait).status()).isEqualTo(TaskStatus.NOT_FOUND);
        awaitChannels();
    }

    @Test
    void endForWhoJoinsATaskOfAnotherProcess() {
        Claim claim = get(settling.begin("a"));
        CompletableFuture<String> joined = waiting().record("a", RecordOptions.orJoin(), attempt -> done());
        Awaitility.await().until(() -> channels().contains(channel("a")));
        get(claim.succeed());
        assertThat(inTime(joined)).isNull();
    }

    @Test
    void endIfTheKeyIsSettledWhileTheSubscriptionIsBeingMade() {
        TaskRecorder<String> recorder = waiting();
        for (int i = 0; i < 300; i++) {
            Claim claim = get(settling.begin("key " + i));
            CompletableFuture<Boolean> settled = claim.succeed().toCompletableFuture();
            CompletableFuture<TaskRecord> wait = recorder.whenSettled("key " + i);
            settled.join();
            assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
        }
        awaitChannels();
    }

    @Test
    void areAllToldByOneSubscription() {
        TaskRecorder<String> recorder = waiting();
        Claim claim = get(settling.begin("a"));
        List<CompletableFuture<TaskRecord>> waits = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waits.add(recorder.whenSettled("a"));
        }
        awaitChannels("a");
        waits.get(0).cancel(false);
        assertThat(redis.commands().pubsubNumsub(channel("a"))).containsEntry(channel("a"), 1L);
        get(claim.succeed());
        assertThat(waits.subList(1, waits.size()))
                .allSatisfy(wait -> assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED));
        awaitChannels();
    }

    @Test
    void endAlthoughTheirSubscriptionIsKilledJustWhenTheKeyIsSettled() {
        TaskRecorder<String> recorder = waiting();
        for (int i = 0; i < 15; i++) {
            Claim claim = get(settling.begin("key " + i));
            CompletableFuture<TaskRecord> wait = waitFor(recorder, "key " + i);
            redis.commands().clientKill(KillArgs.Builder.typePubsub());
            get(claim.succeed());
            assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
        }
        awaitChannels();
    }

    @Test
    void leaveNothingBehindHoweverTheyEnd() {
        AtomicInteger listeners = new AtomicInteger();
        TaskRecorder<String> recorder = waiting(countingListeners(pubSub(), listeners), HOURS);
        List<CompletableFuture<TaskRecord>> waits = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            get(settling.begin("key " + i));
            waits.add(recorder.whenSettled("key " + i));
        }
        Awaitility.await().until(() -> channels().size() == 50);
        assertThat(listeners).hasValue(1);

        waits.forEach(wait -> wait.cancel(false));
        awaitChannels();
        assertThat(listeners).hasValue(0);
    }

    @Test
    void leaveNothingBehindIfTheSubscriptionIsKilledWhileTheyEnd() {
        TaskRecorder<String> recorder = waiting();
        for (int round = 0; round < 20; round++) {
            List<CompletableFuture<TaskRecord>> waits = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String key = "key " + round + " " + i;
                get(settling.begin(key));
                waits.add(recorder.whenSettled(key));
            }
            waits.subList(0, 10).forEach(wait -> wait.cancel(false));
            redis.commands().clientKill(KillArgs.Builder.typePubsub());
            waits.forEach(wait -> wait.cancel(false));
        }
        awaitChannels();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void areSubscribedAndUnsubscribedAlthoughTheAnswersAreLostWithTheConnection(boolean isReset) throws Exception {
        try (LossyProxy proxy = new LossyProxy(redis.server.port(), isReset)) {
            TaskRecorder<String> recorder =
                    waiting(redis.client().connectPubSub(ByteArrayCodec.INSTANCE, RedisURI.create(proxy.uri())), HOURS);
            Claim claim = get(settling.begin("a"));
            proxy.dropNextAnswer();
            CompletableFuture<TaskRecord> wait = recorder.whenSettled("a");
            Awaitility.await().until(() -> proxy.dropped() == 1);
            awaitChannels("a");
            get(claim.succeed());
            assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
            awaitChannels();

            get(settling.begin("b"));
            wait = waitFor(recorder, "b");
            proxy.dropNextAnswer();
            wait.cancel(false);
            Awaitility.await().until(() -> proxy.dropped() == 2);
            awaitChannels();
        }
    }

    @Test
    void areToldAlthoughAnotherStoreOnTheSameConnectionCeasesToWait() {
        StatefulRedisPubSubConnection<byte[], byte[]> shared = pubSub();
        TaskRecorder<String> recorder = waiting(shared, HOURS);
        TaskRecorder<String> other = waiting(shared, HOURS);
        Claim claim = get(settling.begin("a"));
        CompletableFuture<TaskRecord> wait = waitFor(recorder, "a");
        CompletableFuture<TaskRecord> ceasing = waitFor(other, "a");
        ceasing.cancel(false);

        get(claim.succeed());
        assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
        awaitChannels();
    }

    @Test
    void areToldOfALostLeaseByWhoeverWritesItDown() {
        RecordStore<String> dying = new RedisRecordStore<>(RedisRecordStore.builder(namespace, redis.connection)
                .lease(Duration.ofMillis(300))
                .timeLimit(Duration.ofSeconds(20)));
        get(dying.begin("a"));
        // As if an operator had changed the lease.
        redis.commands().del("reactive-tracker:{" + namespace + "}:settings");
        CompletableFuture<TaskRecord> wait = waiting().whenSettled("a");
        Awaitility.await().until(() -> {
            get(get(settling.begin("another")).fail(new IllegalStateException()));
            return wait.isDone();
        });
        assertThat(inTime(wait).status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void endByThePollWhenTheConnectionIsClosed() {
        StatefulRedisPubSubConnection<byte[], byte[]> pubSub = pubSub();
        TaskRecorder<String> recorder = waiting(pubSub, Duration.ofMillis(20));
        Claim claim = get(settling.begin("a"));
        CompletableFuture<TaskRecord> before = waitFor(recorder, "a");
        pubSub.close();
        CompletableFuture<TaskRecord> after = recorder.whenSettled("a");
        awaitChannels();

        get(claim.succeed());
        assertThat(inTime(before).status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(inTime(after).status()).isEqualTo(TaskStatus.SUCCEEDED);
        Awaitility.await().untilAsserted(() -> assertThat(dropped).isNotEmpty());
    }

    @Test
    void endByThePollWhereNobodyIsAllowedToPublishOrToSubscribe() {
        redis.commands()
                .aclSetuser(
                        "limited",
                        new AclSetuserArgs()
                                .on()
                                .addPassword("secret")
                                .allKeys()
                                .allCommands()
                                .resetChannels());
        RedisURI limited = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(redis.server.port())
                .withAuthentication("limited", "secret")
                .build();
        RecordStore<String> mute = RedisRecordStore.builder(
                        namespace, redis.client().connect(ByteArrayCodec.INSTANCE, limited))
                .build();
        TaskRecorder<String> deaf =
                waiting(redis.client().connectPubSub(ByteArrayCodec.INSTANCE, limited), Duration.ofMillis(20));
        Claim claim = get(mute.begin("a"));
        CompletableFuture<TaskRecord> wait = deaf.whenSettled("a");
        Awaitility.await().untilAsserted(() -> assertThat(dropped).isNotEmpty());
        assertThat(dropped)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(RedisCommandExecutionException.class)
                        .hasMessageContaining("NOPERM"));

        assertThat(get(claim.succeed())).isTrue();
        assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void takeNoConnectionUnlessThereIsOne() {
        RecordStore<String> store = RedisRecordStore.builder(namespace, redis.connection)
                .pollInterval(Duration.ofMillis(20))
                .build();
        Claim claim = get(settling.begin("a"));
        CompletableFuture<TaskRecord> wait = TaskRecorder.create(store).whenSettled("a");
        assertThat(channels()).isEmpty();
        get(claim.succeed());
        assertThat(inTime(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @SuppressWarnings("unchecked")
    private static StatefulRedisPubSubConnection<byte[], byte[]> countingListeners(
            StatefulRedisPubSubConnection<byte[], byte[]> connection, AtomicInteger listeners) {
        return (StatefulRedisPubSubConnection<byte[], byte[]>) Proxy.newProxyInstance(
                SettledSubscriptionsTest.class.getClassLoader(),
                new Class<?>[] {StatefulRedisPubSubConnection.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "addListener" -> listeners.incrementAndGet();
                        case "removeListener" -> listeners.decrementAndGet();
                        default -> {}
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
