// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.lang.StackWalker.StackFrame;
import java.util.Objects;

/**
 * A place in the code that has called {@code subscribe()} or runs.
 *
 * @param type the class that has the code
 * @param method the name of the method; a lambda has that of the method around it
 * @param line the line of the source; negative if it is not known
 */
public record CallSite(Class<?> type, String method, int line) {

    private static final String LAMBDA = "lambda$";

    /**
     * Creates a call site.
     *
     * @param type the class that has the code
     * @param method the name of the method
     * @param line the line of the source; negative if it is not known
     */
    public CallSite {
        Objects.requireNonNull(type, "type must not be null");
        Objects.requireNonNull(method, "method must not be null");
    }

    /**
     * Returns the place where a frame of a stack runs.
     *
     * @param frame a frame of a walker that retains classes
     * @return its class, method and line
     */
    public static CallSite of(StackFrame frame) {
        String method = frame.getMethodName();
        if (method.startsWith(LAMBDA)) {
            // lambda$ship$0 is in ship.
            int end = method.lastIndexOf('$');
            method = end > LAMBDA.length() ? method.substring(LAMBDA.length(), end) : method;
        }
        return new CallSite(frame.getDeclaringClass(), method, frame.getLineNumber());
    }

    /**
     * Returns the place in short.
     *
     * @return for example {@code Orders.accept:17}, with the class as it is named in its package
     */
    @Override
    public String toString() {
        String name = type.getName();
        return name.substring(name.lastIndexOf('.') + 1) + "." + method + ":" + line;
    }
}
