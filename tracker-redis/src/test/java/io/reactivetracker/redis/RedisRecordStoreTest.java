// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandType;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.recorder.KeyCodec;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.RecordedFailureException;
import io.reactivetracker.recorder.Retention;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.test.RecordStoreContract;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs the contract of stores on a real Redis, and tests Redis-specific behaviour. */
class RedisRecordStoreTest extends RecordStoreContract {

    private static Redis redis;

    @BeforeAll
    static void start() {
        redis = new Redis();
    }

    @AfterAll
    static void end() {
        redis.close();
    }

    @Override
    protected RecordStore<String> store(Retention retention) {
        return redis.builder().retention(retention).build();
    }

    @Test
    void sharesItsRecordsWithAllStoresOfTheNamespaceAndNoOthers() {
        RecordStore<String> one =
                RedisRecordStore.builder("shared", redis.connection).build();
        RecordStore<String> two =
                RedisRecordStore.builder("shared", redis.connection).build();
        RecordStore<String> other =
                RedisRecordStore.builder("shared-not", redis.connection).build();
        Claim claim = get(one.begin("a"));

        assertThatThrownBy(() -> get(two.begin("a"))).hasMessageContaining("already running");
        assertThat(get(other.find("a")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        get(claim.succeed());
        assertThat(get(two.find("a")).status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void keepsAllKeysOfANamespaceInOneSlot() {
        RecordStore<String> store =
                RedisRecordStore.builder("slots", redis.connection).build();
        get(get(store.begin("a")).succeed());
        get(store.begin("b"));
        assertThat(redis.commands().keys("*slots*"))
                .hasSizeGreaterThanOrEqualTo(5)
                .allSatisfy(key -> assertThat(key).startsWith("reactive-tracker:{slots}:"));
    }

    @Test
    void hasKeysOfAnyType() {
        RecordStore<Integer> store = redis.builder()
                .keys(KeyCodec.of(Object::toString, Integer::valueOf))
                .build();
        get(store.begin(42));
        assertThat(get(store.keys(TaskStatus.RUNNING))).containsExactly(42);
    }

    @Test
    void givesAFailureOfAnotherProcessByItsTypeAndMessage() {
        RecordStore<String> store = redis.store();
        get(get(store.begin("a")).fail(new IllegalStateException("no\nmoney")));
        assertThat(get(store.find("a")).failure()).isInstanceOfSatisfying(RecordedFailureException.class, failure -> {
            assertThat(failure.failureType()).isEqualTo("java.lang.IllegalStateException");
            assertThat(failure.failureMessage()).isEqualTo("no\nmoney");
        });

        get(get(store.begin("a")).fail(new IllegalStateException()));
        assertThat(get(store.find("a")).failure())
                .isInstanceOfSatisfying(
                        RecordedFailureException.class,
                        failure -> assertThat(failure.failureMessage()).isNull());

        get(get(store.begin("a")).fail(new TaskCancelledException(null)));
        assertThat(get(store.find("a")).failure())
                .isInstanceOf(TaskCancelledException.class)
                .hasNoCause();

        get(get(store.begin("a")).fail(new TaskCancelledException(new IllegalStateException("timeout"))));
        assertThat(get(store.find("a")).failure())
                .isInstanceOf(TaskCancelledException.class)
                .hasCauseInstanceOf(RecordedFailureException.class);
    }

    @Test
    void cutsALongMessageOfAFailure() {
        RecordStore<String> store = redis.store();
        get(get(store.begin("a")).fail(new IllegalStateException("x".repeat(1_000_000))));
        assertThat(get(store.find("a")).failure())
                .isInstanceOfSatisfying(
                        RecordedFailureException.class,
                        failure -> assertThat(failure.failureMessage())
                                .hasSize(1001)
                                .endsWith("…"));
    }

    @Test
    void dropsWhatHasReachedItsAge() {
        RecordStore<String> store = redis.builder()
                .retention(Retention.maxAge(Duration.ofMillis(200)))
                .build();
        get(get(store.begin("a")).succeed());
        get(get(store.begin("b")).fail(new IllegalStateException()));
        Awaitility.await().until(() -> get(store.find("b")).status() == TaskStatus.NOT_FOUND);

        assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(get(store.keys(TaskStatus.SUCCEEDED))).isEmpty();
        assertThat(get(store.keys(TaskStatus.FAILED))).isEmpty();
        assertThat(get(store.counts())).containsEntry(TaskStatus.SUCCEEDED, 0L).containsEntry(TaskStatus.FAILED, 0L);
        assertThat(get(store.forget("a"))).isFalse();
        get(store.begin("c"));
        String records = redis.commands().keys("*records").stream()
                .filter(key -> redis.commands().hexists(key, "c"))
                .findFirst()
                .orElseThrow();
        assertThat(redis.commands().hkeys(records)).containsExactly("c");
    }

    @Test
    void refusesSettingsThatCannotBe() {
        for (String namespace : List.of("", "a b", "{a}", "ä", "x".repeat(101))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RedisRecordStore.builder(namespace, redis.connection))
                    .withMessageContaining("namespace must be 1 to 100");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redis.builder().lease(Duration.ZERO))
                .withMessageContaining("lease must be 1 ms to 100 years, but was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redis.builder().timeLimit(Duration.ofSeconds(-1)))
                .withMessageContaining("timeLimit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redis.builder().pollInterval(Duration.ofDays(1_000_000)))
                .withMessageContaining("pollInterval");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redis.builder().lease(Duration.ofSeconds(5)).build())
                .withMessageContaining("timeLimit must be shorter than the lease");
    }

    @Test
    void refusesAStoreWithOtherSettingsAtItsFirstStepAndTellsBoth() {
        RedisRecordStoreBuilder<String> settings = redis.builder();
        RecordStore<String> first = settings.build();
        get(get(first.begin("paid")).succeed());
        RecordStore<String> other = settings.retention(Retention.maxEntries(1)).build();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> get(other.begin("another")))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is used with lease PT30S, Retention[any age, any number]")
                    .hasMessageContaining("this store has lease PT30S, Retention[any age, 1]");
        }
        assertThatThrownBy(() -> get(settings.retention(Retention.forever())
                        .lease(Duration.ofSeconds(10))
                        .build()
                        .find("paid")))
                .hasMessageContaining("this store has lease PT10S");
        assertThat(get(first.counts())).containsEntry(TaskStatus.SUCCEEDED, 1L);
        get(settings.lease(Duration.ofSeconds(30)).build().begin("another"));
    }

    @Test
    void leavesAKeyThatCannotBeReadOutOfAListAndListsTheOthers() {
        RedisRecordStoreBuilder<String> settings = redis.builder();
        RecordStore<String> words = settings.build();
        get(get(words.begin("word")).succeed());
        get(get(words.begin("42")).succeed());
        RecordStore<Integer> numbers =
                settings.keys(KeyCodec.of(Object::toString, Integer::valueOf)).build();
        assertThat(get(numbers.keys(TaskStatus.SUCCEEDED))).containsExactly(42);
    }

    @Test
    void letsAllRecordsExpireByTheServerItselfWhenTheirAgeIsReachedAndNobodyCalls() {
        RedisRecordStoreBuilder<String> settings = redis.builder();
        RecordStore<String> store = settings.lease(Duration.ofSeconds(1))
                .timeLimit(Duration.ofMillis(500))
                .retention(Retention.maxAge(Duration.ofMillis(100)))
                .build();
        get(get(store.begin("a")).succeed());
        get(get(store.begin("b")).fail(new IllegalStateException()));
        get(store.begin("running"));
        String prefix = "reactive-tracker:{" + namespace(store) + "}:";
        assertThat(List.of("records", "running", "succeeded", "failed"))
                .allSatisfy(
                        name -> assertThat(redis.commands().pttl(prefix + name)).isPositive());
        Awaitility.await().until(() -> redis.commands().exists(prefix + "records", prefix + "running") == 0);
        assertThat(get(store.counts()).values()).containsOnly(0L);
    }

    @Test
    void keepsWhatItHasWhenTheRetentionIsTakenAway() {
        RedisRecordStoreBuilder<String> settings = redis.builder();
        RecordStore<String> store =
                settings.retention(Retention.maxAge(Duration.ofHours(1))).build();
        get(get(store.begin("a")).succeed());
        String prefix = "reactive-tracker:{" + namespace(store) + "}:";
        redis.commands().del(prefix + "settings");
        get(settings.retention(Retention.forever()).build().begin("b"));
        assertThat(redis.commands().pttl(prefix + "records")).isEqualTo(-1);
        assertThat(redis.commands().pttl(prefix + "succeeded")).isEqualTo(-1);
    }

    private static String namespace(RecordStore<?> store) {
        String text = store.toString();
        return text.substring(text.indexOf('[') + 1, text.indexOf(','));
    }

    @Test
    void warnsOfAServerThatMayEvictRecords() {
        List<String> warnings = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(RedisRecordStore.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                warnings.add(new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try (Redis evicting = new Redis("--maxmemory-policy", "allkeys-lru")) {
            RecordStore<String> store = evicting.builder().build();
            get(store.begin("a"));
            get(store.begin("b"));
            assertThat(warnings).singleElement().asString().contains("maxmemory-policy allkeys-lru", "noeviction");
            warnings.clear();
            get(redis.store().begin("a"));
            assertThat(warnings).isEmpty();
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void needsFewCommandsOfItsUser() {
        redis.commands()
                .aclSetuser(
                        "app",
                        AclSetuserArgs.Builder.on()
                                .addPassword("secret")
                                .keyPattern("reactive-tracker:*")
                                .addCommand(CommandType.EVAL)
                                .addCommand(CommandType.EVALSHA)
                                .addCommand(CommandType.TIME)
                                .addCommand(CommandType.GET)
                                .addCommand(CommandType.SET)
                                .addCommand(CommandType.HGET)
                                .addCommand(CommandType.HSET)
                                .addCommand(CommandType.HDEL)
                                .addCommand(CommandType.ZADD)
                                .addCommand(CommandType.ZREM)
                                .addCommand(CommandType.ZSCORE)
                                .addCommand(CommandType.ZRANGE)
                                .addCommand(CommandType.ZRANGEBYSCORE)
                                .addCommand(CommandType.ZCARD)
                                .addCommand(CommandType.ZCOUNT)
                                .addCommand(CommandType.ZSCAN));
        RedisClient client = RedisClient.create("redis://app:secret@127.0.0.1:" + redis.server.port());
        try {
            RecordStore<String> store = RedisRecordStore.builder("acl", client.connect(ByteArrayCodec.INSTANCE))
                    .retention(Retention.of(Duration.ofHours(1), 1))
                    .build();
            Claim claim = get(store.begin("a"));
            assertThat(get(claim.renew())).isTrue();
            assertThat(get(claim.succeed())).isTrue();
            assertThat(get(get(store.beginRevoke("a")).fail(new IllegalStateException())))
                    .isTrue();
            assertThat(get(get(store.begin("b")).fail(new IllegalStateException())))
                    .isTrue();
            assertThat(get(store.keys(TaskStatus.SUCCEEDED))).containsExactly("a");
            assertThat(get(store.counts())).containsEntry(TaskStatus.FAILED, 1L);
            assertThat(get(store.forget("a"))).isTrue();
        } finally {
            client.shutdown(0, 10, TimeUnit.SECONDS);
        }
    }
}
