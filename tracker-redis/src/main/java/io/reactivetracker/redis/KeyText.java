// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Function;

/** Writes keys as bytes, and reads them back: no two keys as the same bytes, and none without a bound. */
final class KeyText<K> {

    /** A key is in the store twice, and on its way with each step. */
    static final int MOST_BYTES = 4096;

    private final Function<? super K, String> write;
    private final Function<String, ? extends K> read;

    KeyText(Function<? super K, String> write, Function<String, ? extends K> read) {
        this.write = Objects.requireNonNull(write, "write must not be null");
        this.read = Objects.requireNonNull(read, "read must not be null");
    }

    byte[] write(K key) {
        Objects.requireNonNull(key, "key must not be null");
        String text = Objects.requireNonNull(write.apply(key), "the key's text must not be null");
        // Each character is a byte at least: one that is far too long is not encoded first.
        if (text.length() > MOST_BYTES) {
            throw tooLong("text has " + text.length() + " characters");
        }
        byte[] bytes = encode(text);
        if (bytes.length > MOST_BYTES) {
            throw tooLong("text has " + bytes.length + " bytes");
        }
        return bytes;
    }

    /** Not by {@code getBytes()}, which writes every half of a pair of surrogates as the same question mark. */
    private static byte[] encode(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException half) {
            throw new IllegalArgumentException(
                    "the key's text must be well-formed UTF-16, but has half of a surrogate pair", half);
        }
    }

    private static IllegalArgumentException tooLong(String given) {
        return new IllegalArgumentException("the key's text must have at most " + MOST_BYTES
                + " bytes in UTF-8, but the " + given + ": use a digest of it as the key");
    }

    K read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return Objects.requireNonNull(read.apply(text), () -> "there is no key for the text \"" + text + "\"");
    }
}
