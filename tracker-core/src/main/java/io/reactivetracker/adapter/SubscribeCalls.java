// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.CallSite;
import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the code that has called a method of a library that subscribes, such as {@code subscribe()}.
 *
 * <p>A call of {@code subscribe(onNext)} passes through several methods of the library. The outermost tells what the
 * caller has asked for: {@code block()} subscribes, too, but waits for the end.
 */
public final class SubscribeCalls {

    private static final StackWalker STACK = StackWalker.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE));

    private final Set<Class<?>> types;
    private final Set<String> methods;

    /**
     * Creates a finder for a library.
     *
     * @param types the types of pipelines, which declare the methods
     * @param methods the names of the methods whose outcome the caller does not see
     */
    public SubscribeCalls(Set<Class<?>> types, Set<String> methods) {
        this.types = Set.copyOf(types);
        this.methods = Set.copyOf(methods);
    }

    /**
     * Returns the code that has subscribed, as the stack of this thread tells. Frames of the JDK between the library
     * and that code are skipped: a collection of pipelines may call a method reference.
     *
     * @return the caller; null if this thread is not within a call of one of the methods, or if no other code is on its
     *     stack
     */
    public @Nullable CallSite caller() {
        return STACK.walk(this::caller);
    }

    private @Nullable CallSite caller(Stream<StackFrame> frames) {
        String entry = null;
        for (Iterator<StackFrame> each = frames.iterator(); each.hasNext(); ) {
            StackFrame frame = each.next();
            Class<?> type = frame.getDeclaringClass();
            if (types.contains(type)) {
                entry = frame.getMethodName();
            } else if (entry != null && !type.getName().startsWith("java.")) {
                return methods.contains(entry) ? CallSite.of(frame) : null;
            }
        }
        return null;
    }
}
