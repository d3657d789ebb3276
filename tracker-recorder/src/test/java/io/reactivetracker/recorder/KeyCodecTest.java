// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encodes and decodes keys. */
class KeyCodecTest {

    private final KeyCodec<String> strings = KeyCodec.strings();

    @ParameterizedTest
    @ValueSource(strings = {"", "payment-1", "a\nb\u0000c", "заказ", "\ud83d\udce6"})
    void aKeyIsDecodedFromItsTextInUtf8(String key) {
        assertThat(strings.encode(key)).isEqualTo(key.getBytes(StandardCharsets.UTF_8));
        assertThat(strings.decode(strings.encode(key))).isEqualTo(key);
    }

    @Test
    void keysOfAnyTypeHaveATextOfTheirOwn() {
        KeyCodec<UUID> codec = KeyCodec.of(UUID::toString, UUID::fromString);
        UUID key = new UUID(1, 2);
        assertThat(codec.encode(key)).asString(StandardCharsets.UTF_8).isEqualTo(key.toString());
        assertThat(codec.decode(codec.encode(key))).isEqualTo(key);
        assertThatIllegalArgumentException().isThrownBy(() -> codec.decode(strings.encode("not one")));
    }

    @Test
    void aTextHasAMaximumNumberOfBytes() {
        assertThat(strings.encode("x".repeat(KeyCodec.MAX_BYTES))).hasSize(KeyCodec.MAX_BYTES);
        assertThat(strings.encode("я".repeat(KeyCodec.MAX_BYTES / 2))).hasSize(KeyCodec.MAX_BYTES);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> strings.encode("x".repeat(KeyCodec.MAX_BYTES + 1)))
                .withMessageStartingWith(
                        "key must have a text of at most 4096 bytes in UTF-8, but has 4097 characters, \"xxx")
                .withMessageEndingWith("x…\": use a digest of it as the key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> strings.encode("я".repeat(KeyCodec.MAX_BYTES / 2 + 1)))
                .withMessageContaining("4098 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\ud800", "\udc00a", "\udc00\ud800"})
    void anUnpairedSurrogateIsRefused(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> strings.encode(key))
                .withMessageContaining("unpaired surrogate");
    }

    @Test
    @SuppressWarnings("NullAway") // as a caller without a null checker may do
    void aKeyWithoutATextIsRefused() {
        assertThatNullPointerException().isThrownBy(() -> strings.encode(null)).withMessage("key must not be null");
        KeyCodec<Integer> none = KeyCodec.of(key -> (@Nullable String) null, text -> null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.encode(42))
                .withMessage("key must have a text, but its codec returned null, given a key of java.lang.Integer");
        assertThatNullPointerException()
                .isThrownBy(() -> none.decode(strings.encode("a")))
                .withMessageContaining("\"a\"");
        IllegalStateException failure = new IllegalStateException("no text");
        KeyCodec<Integer> throwing = KeyCodec.of(
                key -> {
                    throw failure;
                },
                Integer::valueOf);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> throwing.encode(42))
                .withCause(failure);
        assertThatNullPointerException().isThrownBy(() -> KeyCodec.<String>of(null, text -> text));
        assertThatNullPointerException().isThrownBy(() -> KeyCodec.<String>of(key -> key, null));
    }
}
