// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.reactive.RedisScriptingReactiveCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * A script of Lua that the server runs as one atomic step: one for each transition, and one for each question.
 *
 * <p>It is sent by its digest, and as a whole only when the server does not have it: the first time, and after a restart or a
 * {@code SCRIPT FLUSH}.
 */
enum Script {
    BEGIN("begin"),
    BEGIN_REVOKE("begin-revoke"),
    SUCCEED("succeed"),
    FAIL("fail"),
    RENEW("renew"),
    FORGET("forget"),
    FIND("find"),
    KEYS("keys"),
    COUNTS("counts");

    private final String source;
    private final String digest;

    Script(String name) {
        source = resource("records.lua") + resource(name + ".lua");
        byte[] bytes = source.getBytes(StandardCharsets.UTF_8);
        try {
            digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private static String resource(String name) {
        try (InputStream resource = Script.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("the script " + name + " is missing beside " + Script.class);
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Each subscription runs it; gives what the script returned: integers as {@code Long}, all else as {@code byte[]}. */
    Mono<List<Object>> run(RedisScriptingReactiveCommands<byte[], byte[]> commands, byte[][] keys, byte[][] arguments) {
        return commands.<List<Object>>evalsha(digest, ScriptOutputType.MULTI, keys, arguments)
                .onErrorResume(
                        RedisNoScriptException.class,
                        unknown -> commands.eval(source, ScriptOutputType.MULTI, keys, arguments))
                .single();
    }
}
