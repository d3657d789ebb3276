// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells the code of the project whose tests run from that of libraries. */
final class OwnCode {

    private static final StackWalker STACK = StackWalker.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE));

    private static final ClassValue<Boolean> IS_IN_A_FOLDER = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isInAFolder(type.getProtectionDomain().getCodeSource());
        }
    };

    private final List<String> packages;

    /** Creates the code of these packages and those below them, or, if there are none, of no jar file. */
    OwnCode(List<String> packages) {
        this.packages = List.copyOf(packages);
    }

    boolean contains(Class<?> type) {
        if (packages.isEmpty()) {
            return IS_IN_A_FOLDER.get(type);
        }
        String name = type.getPackageName() + ".";
        return packages.stream().anyMatch(root -> name.startsWith(root + "."));
    }

    /** Returns whether a static initializer of the project is running. What it starts lives as long as its class. */
    boolean isInStaticInitializer() {
        return STACK.walk(frames -> frames.anyMatch(
                frame -> frame.getMethodName().equals("<clinit>") && contains(frame.getDeclaringClass())));
    }

    /** Returns whether this thread runs tests, and not code that a test has started elsewhere. */
    static boolean isInRunner() {
        return STACK.walk(
                frames -> frames.anyMatch(frame -> frame.getClassName().startsWith("org.junit.platform.")));
    }

    private static boolean isInAFolder(@Nullable CodeSource source) {
        if (source == null || source.getLocation() == null) {
            return false;
        }
        try {
            URI location = source.getLocation().toURI();
            return "file".equals(location.getScheme()) && Files.isDirectory(Path.of(location));
        } catch (URISyntaxException | IllegalArgumentException notAFile) {
            return false;
        }
    }
}
