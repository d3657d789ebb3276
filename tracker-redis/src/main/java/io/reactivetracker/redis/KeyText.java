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

    /** Of a key in a message. */
    private static final int MOST_SHOWN = 100;

    private final Function<? super K, String> write;
    private final Function<String, ? extends K> read;

    KeyText(Function<? super K, String> write, Function<String, ? extends K> read) {
        this.write = Objects.requireNonNull(write, "write must not be null");
        this.read = Objects.requireNonNull(read, "read must not be null");
    }

    /**
     * Writes a key.
     *
     * @throws IllegalArgumentException if it has no text, or one that is too long or not well-formed
     */
    byte[] write(K key) {
        String text = text(Objects.requireNonNull(key, "key must not be null"));
        // Each character is a byte at least: one that is far too long is not encoded first.
        if (text.length() > MOST_BYTES) {
            throw tooLong(text, text.length() + " characters");
        }
        byte[] bytes = encode(text);
        if (bytes.length > MOST_BYTES) {
            throw tooLong(text, bytes.length + " bytes");
        }
        return bytes;
    }

    private String text(K key) {
        String text;
        try {
            text = write.apply(key);
        } catch (RuntimeException failure) {
            throw new IllegalArgumentException(
                    "key must have a text, but what is to write it threw " + failure + ", given " + typeOf(key),
                    failure);
        }
        if (text == null) {
            throw new IllegalArgumentException(
                    "key must have a text, but what is to write it returned null, given " + typeOf(key));
        }
        return text;
    }

    private static String typeOf(Object key) {
        return "a key of " + key.getClass().getName();
    }

    /** Not by {@code getBytes()} where there are surrogates, for it writes each half of a pair as the same question mark. */
    private static byte[] encode(String text) {
        if (!hasSurrogates(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException half) {
            throw new IllegalArgumentException(
                    "key must have a text of well-formed UTF-16, but one half of a surrogate pair is without the other in "
                            + beginningOf(text),
                    half);
        }
    }

    private static boolean hasSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static IllegalArgumentException tooLong(String text, String given) {
        return new IllegalArgumentException("key must have a text of at most " + MOST_BYTES
                + " bytes in UTF-8, but has " + given + ", " + beginningOf(text) + ": use a digest of it as the key");
    }

    private static String beginningOf(String text) {
        return text.length() <= MOST_SHOWN ? '"' + text + '"' : '"' + text.substring(0, MOST_SHOWN) + "…\"";
    }

    K read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return Objects.requireNonNull(read.apply(text), () -> "there is no key for the text \"" + text + "\"");
    }
}
