// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The JDK's {@code StructuredTaskScope}, by reflection, available in the form of JDK 25. */
final class StructuredScopes {

    private static final Callable<Object> TASK = () -> Boolean.TRUE;

    private static final @Nullable MethodHandle OPEN;
    private static final @Nullable MethodHandle FORK;
    private static final @Nullable MethodHandle JOIN;
    private static final @Nullable MethodHandle CLOSE;

    static {
        MethodHandle open = null;
        MethodHandle fork = null;
        MethodHandle join = null;
        MethodHandle close = null;
        try {
            Class<?> type = Class.forName("java.util.concurrent.StructuredTaskScope");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            open = generic(lookup.findStatic(type, "open", MethodType.methodType(type)));
            fork = generic(lookup.unreflect(type.getMethod("fork", Callable.class)));
            join = generic(lookup.unreflect(type.getMethod("join")));
            close = generic(lookup.unreflect(type.getMethod("close")));
        } catch (ReflectiveOperationException none) {
            open = null;
        }
        OPEN = open;
        FORK = fork;
        JOIN = join;
        CLOSE = close;
    }

    private StructuredScopes() {}

    static boolean areThere() {
        return OPEN != null;
    }

    /** Opens a scope, forks one task, joins and closes. */
    static Object runOne() throws Throwable {
        Object scope = (Object) OPEN.invokeExact();
        Object task = (Object) FORK.invokeExact(scope, (Object) TASK);
        Object unused = (Object) JOIN.invokeExact(scope);
        Object nothing = (Object) CLOSE.invokeExact(scope);
        return task;
    }

    private static MethodHandle generic(MethodHandle handle) {
        return handle.asType(handle.type().generic());
    }
}
