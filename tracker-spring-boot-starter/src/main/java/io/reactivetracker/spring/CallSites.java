// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Finds out who has called {@code subscribe()}, if that is code of the application. */
final class CallSites {

    private static final StackWalker STACK = StackWalker.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE));

    private static final String OWN_PACKAGE = CallSites.class.getPackageName();

    private final List<String> packages;

    /** Makes one that knows the application's code by its packages, and those below them. */
    CallSites(List<String> packages) {
        this.packages = List.copyOf(packages);
    }

    /**
     * Where the call of {@code subscribe()} stands that is going on in this thread.
     *
     * @return class, method and line; null if that is not code of the application
     */
    @Nullable
    String nearest() {
        return STACK.walk(this::nearest);
    }

    private @Nullable String nearest(Stream<StackFrame> frames) {
        // A collection of pipelines may subscribe to them on behalf of whoever has given it a method reference.
        Optional<StackFrame> caller = frames.filter(frame -> !isSubscribe(frame.getDeclaringClass()))
                .filter(frame -> !frame.getClassName().startsWith("java."))
                .findFirst();
        return caller.filter(frame -> isOfApplication(frame.getDeclaringClass()))
                .map(CallSites::describe)
                .orElse(null);
    }

    private static boolean isSubscribe(Class<?> type) {
        return type == Mono.class || type == Flux.class || type.getPackageName().equals(OWN_PACKAGE);
    }

    private boolean isOfApplication(Class<?> type) {
        String name = type.getPackageName();
        for (String root : packages) {
            if (name.startsWith(root) && (name.length() == root.length() || name.charAt(root.length()) == '.')) {
                return true;
            }
        }
        return false;
    }

    private static String describe(StackFrame frame) {
        String type = frame.getClassName();
        String method = frame.getMethodName();
        if (method.startsWith("lambda$")) {
            // lambda$ship$0 stands in ship.
            int end = method.lastIndexOf('$');
            method = end > "lambda$".length() ? method.substring("lambda$".length(), end) : method;
        }
        return type.substring(type.lastIndexOf('.') + 1) + "." + method + ":" + frame.getLineNumber();
    }
}
