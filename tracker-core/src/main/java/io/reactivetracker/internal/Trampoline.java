// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Runs nested callbacks on a stack of bounded depth.
 *
 * <p>The end of a task may drain a tracker, whose waiters end a task of another tracker, and so on through any number
 * of trackers. Up to a depth of {@value #MAX_DEPTH}, a callback runs inside the one that triggers it. Deeper callbacks
 * are postponed until the thread's outermost callback has run.
 *
 * <p>So a method that runs callbacks "before it returns" does so, unless it is called from a callback at the maximum
 * depth. A task body that runs at that depth must not wait for what it has triggered. A group's own executor runs no
 * body there.
 */
public final class Trampoline {

    private static final int MAX_DEPTH = 16;
    private static final ThreadLocal<@Nullable Trampoline> CURRENT = new ThreadLocal<>();

    private final ArrayDeque<Runnable> postponed = new ArrayDeque<>(0);
    private int depth;

    private Trampoline() {}

    /**
     * Runs a callback: now, or at the maximum depth once this thread's outermost callback has run.
     *
     * @param callback the callback; must not throw, since others may be postponed
     */
    public static void run(Runnable callback) {
        Trampoline current = CURRENT.get();
        if (current != null) {
            current.runInside(callback);
            return;
        }
        Trampoline outermost = new Trampoline();
        CURRENT.set(outermost);
        try {
            outermost.runAll(callback);
        } finally {
            CURRENT.remove();
        }
    }

    /**
     * Runs a step now, and the callbacks that it triggers after it.
     *
     * @param step the step
     */
    public static void runBeforeItsCallbacks(Runnable step) {
        Trampoline outer = CURRENT.get();
        Trampoline collected = new Trampoline();
        collected.depth = MAX_DEPTH;
        CURRENT.set(collected);
        try {
            step.run();
        } finally {
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
            collected.postponed.forEach(Trampoline::run);
        }
    }

    private void runInside(Runnable callback) {
        if (depth == MAX_DEPTH) {
            postponed.add(callback);
            return;
        }
        depth++;
        try {
            callback.run();
        } finally {
            depth--;
        }
    }

    private void runAll(Runnable first) {
        for (@Nullable Runnable callback = first; callback != null; callback = postponed.poll()) {
            callback.run();
        }
    }
}
