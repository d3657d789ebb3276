// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Runs user code if no executor was given: each action on a virtual thread if the JDK has them, otherwise on
 * {@link LibraryThreads#cached()}.
 *
 * <p>Its threads inherit no thread-locals, retain only the library's class loader, and end when idle.
 */
public final class DefaultExecutor {

    private static final Executor INSTANCE = create();

    private DefaultExecutor() {}

    /**
     * Returns the executor.
     *
     * @return always the same executor
     */
    public static Executor get() {
        return INSTANCE;
    }

    /**
     * Returns whether the executor runs actions on virtual threads.
     *
     * @return false before JDK 21
     */
    static boolean isVirtual() {
        return !(INSTANCE instanceof CoalescingExecutor);
    }

    private static Executor create() {
        try {
            ThreadFactory virtual = virtualThreads();
            return action -> virtual.newThread(() -> runHere(action)).start();
        } catch (ReflectiveOperationException | RuntimeException tooOld) {
            return new CoalescingExecutor(LibraryThreads.cached());
        }
    }

    private static void runHere(Runnable action) {
        Thread.currentThread().setContextClassLoader(DefaultExecutor.class.getClassLoader());
        action.run();
    }

    /** Calls {@code Thread.ofVirtual().name(..).inheritInheritableThreadLocals(false).factory()}, by reflection. */
    private static ThreadFactory virtualThreads() throws ReflectiveOperationException {
        Class<?> builder = Class.forName("java.lang.Thread$Builder");
        Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
        builder.getMethod("name", String.class, long.class).invoke(virtual, "reactive-tracker-", 0L);
        builder.getMethod("inheritInheritableThreadLocals", boolean.class).invoke(virtual, false);
        return (ThreadFactory) builder.getMethod("factory").invoke(virtual);
    }
}
