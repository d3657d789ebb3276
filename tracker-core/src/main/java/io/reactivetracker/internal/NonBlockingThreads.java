// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes threads that a reactive library has marked as non-blocking. Uses the names of the marker interfaces, since
 * this module depends on no such library. Each class of threads is checked once.
 */
public final class NonBlockingThreads {

    private static final Set<String> MARKS =
            Set.of("reactor.core.scheduler.NonBlocking", "io.reactivex.rxjava3.internal.schedulers.NonBlockingThread");

    private static final ClassValue<Boolean> IS_MARKED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isMarked(type);
        }
    };

    private NonBlockingThreads() {}

    /**
     * Returns whether the current thread must not block.
     *
     * @return true if it is marked
     */
    public static boolean isCurrent() {
        return IS_MARKED.get(Thread.currentThread().getClass());
    }

    private static boolean isMarked(@Nullable Class<?> type) {
        if (type == null) {
            return false;
        }
        if (MARKS.contains(type.getName()) || isMarked(type.getSuperclass())) {
            return true;
        }
        for (Class<?> implemented : type.getInterfaces()) {
            if (isMarked(implemented)) {
                return true;
            }
        }
        return false;
    }
}
