// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.test.RecordStoreContract.done;
import static io.reactivetracker.test.RecordStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.reactor.ReactorRecording;
import io.reactivetracker.recorder.KeyCodec;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.rxjava.RxRecording;
import io.reactivex.rxjava3.core.Single;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;

/** Invalid keys, and unusual but valid ones. */
class RedisKeysTest {

    private static final String HUGE = "x".repeat(100_000_000);

    private final Redis redis = new Redis();
    private final RecordStore<String> store = redis.store();
    private final TaskRecorder<String> recorder = TaskRecorder.create(store);

    @AfterEach
    void end() {
        redis.close();
    }

    /** Returns every plain Java call of a recorder that takes a key. */
    private List<ThrowingCallable> callsWith(String key) {
        return List.of(
                () -> recorder.record(key, attempt -> neverCalled()),
                () -> recorder.record(key, RecordOptions.orJoin(), attempt -> neverCalled()),
                () -> recorder.revoke(key, attempt -> neverCalled()),
                () -> recorder.begin(key, RecordOptions.defaults()),
                () -> recorder.beginRevoke(key),
                () -> recorder.status(key),
                () -> recorder.failure(key),
                () -> recorder.whenSettled(key),
                () -> recorder.forget(key),
                () -> store.begin(key),
                () -> store.beginRevoke(key),
                () -> store.find(key),
                () -> store.forget(key),
                () -> store.onSettled(key, settled -> {}));
    }

    private static CompletionStage<String> neverCalled() {
        throw new AssertionError("the work was begun");
    }

    @Test
    void thatAreTooLongAreRefusedAtTheCallByWhatTheyAreAndMayBe() {
        assertThat(callsWith(HUGE))
                .allSatisfy(call -> assertThatIllegalArgumentException()
                        .isThrownBy(call)
                        .withMessageStartingWith(
                                "key must have a text of at most 4096 bytes in UTF-8, but has 100000000 characters, \"xxx")
                        .withMessageEndingWith("x…\": use a digest of it as the key")
                        .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(300)));
    }

    @Test
    void areMeasuredInBytes() {
        assertThat(get(store.begin("x".repeat(4096)))).isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.begin("x".repeat(4097)))
                .withMessageContaining("4097 characters");
        assertThat(get(store.begin("я".repeat(2048)))).isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.begin("я".repeat(2049)))
                .withMessageContaining("has 4098 bytes");
    }

    @Test
    void thatAreNotWellFormedAreRefusedAtTheCall() {
        assertThat(callsWith("a\ud800"))
                .allSatisfy(call -> assertThatIllegalArgumentException()
                        .isThrownBy(call)
                        .withMessageContaining("key must have a text of well-formed UTF-16")
                        .withMessageContaining("surrogate"));
    }

    @Test
    @SuppressWarnings("NullAway") // as a caller without a null checker may do
    void thatAreNullAreRefusedAtTheCall() {
        assertThat(callsWith(null))
                .allSatisfy(call ->
                        assertThatNullPointerException().isThrownBy(call).withMessage("key must not be null"));
    }

    @Test
    void withoutATextAreRefusedAtTheCall() {
        TaskRecorder<Integer> none = TaskRecorder.create(redis.builder()
                .keys(KeyCodec.of(RedisKeysTest::noText, Integer::valueOf))
                .build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.status(42))
                .withMessage("key must have a text, but its codec returned null, given a key of java.lang.Integer");
        TaskRecorder<Integer> throwing = TaskRecorder.create(redis.builder()
                .keys(KeyCodec.<Integer>of(
                        key -> {
                            throw new IllegalStateException("no text for " + key);
                        },
                        Integer::valueOf))
                .build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> throwing.status(42))
                .withMessageStartingWith("key must have a text, but its codec threw")
                .withMessageContaining("no text for 42")
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @SuppressWarnings("NullAway") // as a function without a null checker may do
    private static String noText(Integer key) {
        return (@Nullable String) null;
    }

    @Test
    void thatAreBadReachThePipelineAsItsErrorAndAsNothingElse() {
        assertEndsByTheMessage(Mono.fromSupplier(RedisKeysTest::neverCalled).transform(recordAs(recorder, HUGE)));
        assertEndsByTheMessage(Flux.just("a").transform(recordAs(recorder, HUGE)));
        assertEndsByTheMessage(ReactorRecording.revoke(recorder, HUGE, Mono.just("a")));
        assertEndsByTheMessage(ReactorRecording.status(recorder, HUGE));
        assertEndsByTheMessage(ReactorRecording.whenSettled(recorder, HUGE));
        assertEndsByTheMessage(
                Single.just("a").compose(RxRecording.recordAs(recorder, HUGE)).toFlowable());
        assertEndsByTheMessage(RxRecording.status(recorder, HUGE).toFlowable());
    }

    private static void assertEndsByTheMessage(Publisher<?> pipeline) {
        assertThat(Flux.from(pipeline).materialize().collectList().block())
                .singleElement()
                .extracting(Signal::getThrowable, InstanceOfAssertFactories.THROWABLE)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 4096 bytes");
    }

    @Test
    void leaveNothingBehindIfTheyAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> recorder.record(HUGE, attempt -> done()));
        assertThat(get(store.counts()))
                .isEqualTo(Map.of(
                        TaskStatus.RUNNING,
                        0L,
                        TaskStatus.SUCCEEDED,
                        0L,
                        TaskStatus.FAILED,
                        0L,
                        TaskStatus.REVOKING,
                        0L));
    }

    @Test
    void thatChangeWhileTheirTaskRunsAreSettledUnderTheTextThatTheyHadWhenItBegan() {
        RecordStore<StringBuilder> changing = redis.builder()
                .keys(KeyCodec.of(StringBuilder::toString, StringBuilder::new))
                .build();
        StringBuilder key = new StringBuilder("before");
        Claim claim = get(changing.begin(key));
        key.replace(0, key.length(), "after");

        assertThat(get(claim.renew())).isTrue();
        assertThat(get(claim.succeed())).isTrue();
        assertThat(get(changing.find(new StringBuilder("before"))).status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(get(changing.find(key)).status()).isEqualTo(TaskStatus.NOT_FOUND);
    }
}
