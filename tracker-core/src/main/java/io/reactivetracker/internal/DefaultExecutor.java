// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Runs user code where the library was given no executor: on a virtual thread each, where the JDK has them, otherwise on
 * {@link LibraryThreads#cached()}.
 *
 * <p>Either way a thread inherits no thread-locals, retains no class loader but the library's, and ends when idle.
 */
public final class DefaultExecutor {

    private static final Executor INSTANCE = create();

    private DefaultExecutor() {}

    /**
     * Returns the executor.
     *
     * @return one for the virtual machine
     */
    public static Executor get() {
        return INSTANCE;
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

    /** {@code Thread.ofVirtual().name(..).inheritInheritableThreadLocals(false).factory()}, which JDK 17 cannot compile. */
    private static ThreadFactory virtualThreads() throws ReflectiveOperationException {
        Class<?> builder = Class.forName("java.lang.Thread$Builder");
        Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
        builder.getMethod("name", String.class, long.class).invoke(virtual, "reactive-tracker-", 0L);
        builder.getMethod("inheritInheritableThreadLocals", boolean.class).invoke(virtual, false);
        return (ThreadFactory) builder.getMethod("factory").invoke(virtual);
    }
}
