// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.Outcomes.failureOf;
import static io.reactivetracker.recorder.Outcomes.resultOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.test.UncaughtFailures;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Keys that are null, change, are huge, or cannot be written. */
class KeysTest {

    private final TaskRecorder<Object> recorder = TaskRecorder.create();

    private CompletableFuture<String> succeed(Object key) {
        return recorder.record(key, attempt -> CompletableFuture.completedFuture("done"));
    }

    @TestFactory
    @SuppressWarnings("NullAway") // the test expects a refusal
    Stream<DynamicTest> noKeyIsRefusedAtOnce() {
        RecordOptions options = RecordOptions.defaults();
        RecordStore<Object> store = RecordStore.inMemory();
        return Stream.<ThrowingCallable>of(
                        () -> recorder.record(null, attempt -> null),
                        () -> recorder.revoke(null, attempt -> null),
                        () -> recorder.begin(null, options),
                        () -> recorder.beginRevoke(null),
                        () -> recorder.status(null),
                        () -> recorder.failure(null),
                        () -> recorder.whenSettled(null),
                        () -> recorder.forget(null),
                        () -> store.begin(null),
                        () -> store.beginRevoke(null),
                        () -> store.find(null),
                        () -> store.forget(null),
                        () -> store.onSettled(null, settled -> {}))
                .map(call -> DynamicTest.dynamicTest(
                        "key must not be null",
                        () -> assertThatNullPointerException().isThrownBy(call).withMessage("key must not be null")));
    }

    @Test
    void aKeyThatChangesWhileItsTaskRunsDoesNotKeepTheTaskFromEnding() {
        List<String> key = new ArrayList<>(List.of("before"));
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> run = recorder.record(key, attempt -> work);
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(key);
        key.add("after");
        work.complete("done");
        assertThat(run).isCompletedWithValue("done");
        assertThat(resultOf(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(resultOf(recorder.counts())).containsEntry(TaskStatus.RUNNING, 0L);
        // As documented: the record is there, but neither value finds it.
        assertThat(resultOf(recorder.keys(TaskStatus.SUCCEEDED))).containsExactly(key);
        assertThat(resultOf(recorder.status(List.of("before")))).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(resultOf(recorder.status(key))).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(succeed(key)).isCompletedWithValue("done");
    }

    @Test
    void aKeyThatChangesWhileItIsRevokedDoesNotKeepTheRevokeFromEnding() {
        List<String> key = new ArrayList<>(List.of("before"));
        assertThat(succeed(key)).isCompleted();
        RecordedTask<Object> revoke = resultOf(recorder.beginRevoke(key));
        key.add("after");
        assertThat(revoke.succeed()).isCompleted();
        key.remove(1);
        assertThat(resultOf(recorder.status(key))).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(succeed(key)).isCompletedWithValue("done");
        assertThat(resultOf(recorder.status(key))).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void aKeyOfEnormousSizeIsAKeyLikeAnyOtherAndCutShortInMessages() {
        String key = "0123456789".repeat(1_000_000);
        assertThat(succeed(key)).isCompleted();
        assertThat(failureOf(succeed("0123456789".repeat(1_000_000)))).satisfies(refusal -> {
            assertThat(refusal).isInstanceOf(TaskAlreadyRecordedException.class);
            assertThat(((TaskAlreadyRecordedException) refusal).key()).isEqualTo(key);
            assertThat(refusal.getMessage())
                    .hasSizeLessThan(400)
                    .startsWith("task \"0123456789")
                    .contains("…\" (10000000 characters)")
                    .endsWith("has already succeeded: it runs again only after a revoke");
        });
        assertThat(resultOf(recorder.status(key + "0"))).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void aKeyOfTheLongestLengthIsWrittenWhole() {
        assertThat(Keys.describe("k".repeat(200))).isEqualTo("\"" + "k".repeat(200) + "\"");
        assertThat(Keys.describe("k".repeat(201))).isEqualTo("\"" + "k".repeat(200) + "…\" (201 characters)");
    }

    @TestFactory
    @SuppressWarnings("NullAway") // toString of a key may return null
    Stream<DynamicTest> aKeyThatCannotBeWrittenDoesNotHideTheRefusal() {
        return Stream.<Supplier<String>>of(
                        () -> {
                            throw new IllegalStateException("not ready");
                        },
                        () -> {
                            // As lists that contain each other do.
                            throw new StackOverflowError();
                        },
                        () -> null)
                .map(text -> DynamicTest.dynamicTest("toString()", () -> {
                    Object key = new Object() {
                        @Override
                        public String toString() {
                            return text.get();
                        }
                    };
                    assertThat(succeed(key)).isCompleted();
                    assertThat(failureOf(succeed(key)))
                            .isInstanceOf(TaskAlreadyRecordedException.class)
                            .hasMessageContaining("whose toString() fails")
                            .hasMessageContaining(KeysTest.class.getName());
                }));
    }

    @Test
    void aKeyThatThrowsWhereItIsComparedFailsTheCallWithAClearError() {
        Object key = new Object() {
            @Override
            public int hashCode() {
                throw new IllegalStateException("no hash");
            }

            @Override
            public boolean equals(Object other) {
                return this == other;
            }

            @Override
            public String toString() {
                return "broken";
            }
        };
        assertThat(failureOf(succeed(key)))
                .isInstanceOf(RecordStoreException.class)
                .hasMessage("the store failed at beginning task \"broken\": java.lang.IllegalStateException: no hash")
                .hasRootCauseMessage("no hash");
        assertThat(failureOf(recorder.status(key))).isInstanceOf(RecordStoreException.class);
        assertThat(failureOf(recorder.whenSettled(key))).isInstanceOf(RecordStoreException.class);
    }

    /** A key that fails on demand. */
    private static final class Breaking {

        private @Nullable RuntimeException failure;

        @Override
        public int hashCode() {
            if (failure != null) {
                throw failure;
            }
            return 1;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }
    }

    @Test
    void aKeyThatBreaksWhileItIsRevokedKeepsNobodyWaiting() {
        Breaking key = new Breaking();
        assertThat(succeed(key)).isCompleted();
        RecordedTask<Object> revoke = resultOf(recorder.beginRevoke(key));
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(key);
        IllegalStateException broken = new IllegalStateException("no hash");
        key.failure = broken;
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            assertThat(revoke.succeed()).isCompleted();
            assertThat(uncaught.seen).containsExactly(broken);
        }
        assertThat(resultOf(wait).status()).isEqualTo(TaskStatus.NOT_FOUND);
        key.failure = null;
        assertThat(resultOf(recorder.status(key))).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(succeed(key)).isCompletedWithValue("done");
    }

    @Test
    void aKeyThatBreaksBeforeItIsDroppedDisturbsNoOther() {
        TaskRecorder<Object> bounded = TaskRecorder.create(RecordStore.inMemory(Retention.maxEntries(1)));
        Breaking key = new Breaking();
        assertThat(bounded.record(key, attempt -> CompletableFuture.completedFuture("done")))
                .isCompleted();
        IllegalStateException broken = new IllegalStateException("no hash");
        key.failure = broken;
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            RecordedTask<Object> other =
                    Objects.requireNonNull(resultOf(bounded.begin("other", RecordOptions.defaults())));
            CompletableFuture<TaskRecord> wait = bounded.whenSettled("other");
            assertThat(other.succeed()).isCompleted();
            assertThat(resultOf(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(uncaught.seen).containsExactly(broken);
        }
        assertThat(resultOf(bounded.status("other"))).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void keysAreComparedByEquals() {
        record Pair(String left, int right) {}
        assertThat(succeed(new Pair("a", 1))).isCompleted();
        assertThat(failureOf(succeed(new Pair("a", 1)))).isInstanceOf(TaskAlreadyRecordedException.class);
        assertThat(succeed(new Pair("a", 2))).isCompleted();
        assertThat(Objects.requireNonNull(resultOf(recorder.keys(TaskStatus.SUCCEEDED))))
                .hasSize(2);
    }
}
