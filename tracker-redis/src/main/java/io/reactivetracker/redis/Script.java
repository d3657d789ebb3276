// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * A Lua script, which the server runs as one atomic step. There is one for each transition and one for each query.
 *
 * <p>The server runs all of a script at each call, and builds the functions that it defines anew, so a script contains
 * only what it needs. A line {@code --@include name} includes a shared part. The settings of the namespace are
 * constants in front of the script. A script is sent by its digest, and as a whole only if the server does not have it:
 * the first time, and after a restart or a {@code SCRIPT FLUSH}.
 */
final class Script {

    private static final String INCLUDE = "--@include ";

    private final String source;
    private final String digest;

    /**
     * Reads a script.
     *
     * @param name the name of its resource
     * @param constants statements that define its constants
     */
    Script(String name, String... constants) {
        source = String.join("\n", constants) + "\n" + resource(name);
        byte[] bytes = source.getBytes(StandardCharsets.UTF_8);
        try {
            digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String resource(String name) {
        try (InputStream resource = Script.class.getResourceAsStream(name + ".lua")) {
            if (resource == null) {
                throw new IllegalStateException("the script " + name + " is missing beside " + Script.class);
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.startsWith(INCLUDE) ? resource(line.substring(INCLUDE.length())) : line)
                    .filter(line -> !line.startsWith("--"))
                    .collect(Collectors.joining("\n"));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /**
     * Sends the digest. The reply has integers as {@code Long} and everything else as {@code byte[]}. A result that is
     * not a table is a list of one.
     */
    CompletionStage<List<Object>> run(
            RedisScriptingAsyncCommands<byte[], byte[]> commands, byte[][] keys, byte[][] arguments) {
        return commands.evalsha(digest, ScriptOutputType.MULTI, keys, arguments);
    }

    /** Sends the whole script, to a server that does not know its digest. */
    CompletionStage<List<Object>> teach(
            RedisScriptingAsyncCommands<byte[], byte[]> commands, byte[][] keys, byte[][] arguments) {
        return commands.eval(source, ScriptOutputType.MULTI, keys, arguments);
    }

    static boolean isUnknown(Throwable failure) {
        return failure instanceof RedisNoScriptException;
    }
}
