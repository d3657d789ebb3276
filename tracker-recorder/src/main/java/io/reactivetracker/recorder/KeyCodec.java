// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Function;

/**
 * Encodes keys as bytes, and decodes them, for a {@link RecordStore} outside this process.
 *
 * <p>A key is encoded as a text in UTF-8 of at most {@value #MAX_BYTES} bytes. Different texts have different bytes: a
 * text that is not well-formed UTF-16 is refused, since its encoding would be that of another one.
 *
 * <p>Immutable, and safe for use by several threads if its functions are.
 *
 * @param <K> the type of the keys
 */
public final class KeyCodec<K> {

    /** The maximum size of an encoded key. */
    public static final int MAX_BYTES = 4096;

    private static final KeyCodec<String> STRINGS = of(Function.identity(), Function.identity());
    private static final int MAX_CHARACTERS_IN_MESSAGE = 100;

    private final Function<? super K, String> write;
    private final Function<String, ? extends K> read;

    private KeyCodec(Function<? super K, String> write, Function<String, ? extends K> read) {
        this.write = Objects.requireNonNull(write, "write must not be null");
        this.read = Objects.requireNonNull(read, "read must not be null");
    }

    /**
     * Returns a codec of keys that are their own text.
     *
     * @return the codec
     */
    public static KeyCodec<String> strings() {
        return STRINGS;
    }

    /**
     * Returns a codec of keys that are written as text.
     *
     * @param <K> the type of the keys
     * @param write returns the text of a key: a different one for each key, and the same one in each process
     * @param read returns the key of a text
     * @return the codec
     */
    public static <K> KeyCodec<K> of(Function<? super K, String> write, Function<String, ? extends K> read) {
        return new KeyCodec<>(write, read);
    }

    /**
     * Encodes a key.
     *
     * @param key the key
     * @return its text in UTF-8
     * @throws IllegalArgumentException if it has no text, or one that is too long or not well-formed
     */
    public byte[] encode(K key) {
        String text = textOf(Objects.requireNonNull(key, "key must not be null"));
        // Each character has at least one byte, so a text that is far too long is not encoded first.
        if (text.length() > MAX_BYTES) {
            throw tooLong(text, text.length() + " characters");
        }
        byte[] bytes = encodeText(text);
        if (bytes.length > MAX_BYTES) {
            throw tooLong(text, bytes.length + " bytes");
        }
        return bytes;
    }

    /**
     * Decodes a key.
     *
     * @param bytes what {@link #encode} returned, here or in another process
     * @return the key
     * @throws RuntimeException what the function that reads a text throws, if another type of keys was written
     */
    public K decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return Objects.requireNonNull(read.apply(text), () -> "there is no key for the text \"" + text + "\"");
    }

    private String textOf(K key) {
        String text;
        try {
            text = write.apply(key);
        } catch (RuntimeException failure) {
            throw new IllegalArgumentException(
                    "key must have a text, but its codec threw " + failure + ", given " + typeOf(key), failure);
        }
        if (text == null) {
            throw new IllegalArgumentException(
                    "key must have a text, but its codec returned null, given " + typeOf(key));
        }
        return text;
    }

    private static String typeOf(Object key) {
        return "a key of " + key.getClass().getName();
    }

    private static byte[] encodeText(String text) {
        if (!hasSurrogates(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        // getBytes() would write each unpaired surrogate as the same question mark.
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException unpaired) {
            throw new IllegalArgumentException(
                    "key must have a text of well-formed UTF-16, but there is an unpaired surrogate in " + start(text),
                    unpaired);
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
        return new IllegalArgumentException("key must have a text of at most " + MAX_BYTES + " bytes in UTF-8, but has "
                + given + ", " + start(text) + ": use a digest of it as the key");
    }

    private static String start(String text) {
        return text.length() <= MAX_CHARACTERS_IN_MESSAGE
                ? '"' + text + '"'
                : '"' + text.substring(0, MAX_CHARACTERS_IN_MESSAGE) + "…\"";
    }
}
