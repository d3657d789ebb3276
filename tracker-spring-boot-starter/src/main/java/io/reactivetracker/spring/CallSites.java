// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Finds the application's code that has called {@code subscribe()}, or that is running. */
final class CallSites {

    private static final StackWalker STACK = StackWalker.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE));

    private static final String OWN_PACKAGE = CallSites.class.getPackageName();

    private final List<String> packages;

    /** Creates call sites of an application whose code is in these packages and those below them. */
    CallSites(List<String> packages) {
        this.packages = List.copyOf(packages);
    }

    /**
     * Returns where the current call of {@code subscribe()} in this thread was made.
     *
     * @return class, method and line; null if the caller is not code of the application, or has called another method,
     *     such as {@code block()}
     */
    @Nullable
    String nearest() {
        return STACK.walk(this::nearest);
    }

    /**
     * Returns the nearest code of the application on the stack of this thread.
     *
     * @return class, method and line; null if there is none
     */
    @Nullable
    String ofApplication() {
        return STACK.walk(frames -> frames.filter(frame -> isWritten(frame.getDeclaringClass()))
                .findFirst()
                .map(CallSites::describe)
                .orElse(null));
    }

    /** Returns whether a class is code of the application, and not a proxy that was generated for such a class. */
    private boolean isWritten(Class<?> type) {
        return isOfApplication(type)
                && !type.getPackageName().equals(OWN_PACKAGE)
                && !type.getName().contains("$$");
    }

    private @Nullable String nearest(Stream<StackFrame> frames) {
        String entry = null;
        for (Iterator<StackFrame> each = frames.iterator(); each.hasNext(); ) {
            StackFrame frame = each.next();
            Class<?> type = frame.getDeclaringClass();
            if (type == Mono.class || type == Flux.class) {
                entry = frame.getMethodName();
            } else if (!type.getPackageName().equals(OWN_PACKAGE)
                    // A collection of pipelines may call a method reference of the application.
                    && !type.getName().startsWith("java.")) {
                return "subscribe".equals(entry) && isOfApplication(type) ? describe(frame) : null;
            }
        }
        return null;
    }

    private boolean isOfApplication(Class<?> type) {
        String name = type.getPackageName() + ".";
        return packages.stream().anyMatch(root -> name.startsWith(root + "."));
    }

    private static String describe(StackFrame frame) {
        String type = frame.getClassName();
        String method = frame.getMethodName();
        if (method.startsWith("lambda$")) {
            // lambda$ship$0 is in ship.
            int end = method.lastIndexOf('$');
            method = end > "lambda$".length() ? method.substring("lambda$".length(), end) : method;
        }
        return type.substring(type.lastIndexOf('.') + 1) + "." + method + ":" + frame.getLineNumber();
    }
}
