// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Runs things that set off further things, on a stack of bounded depth.
 *
 * <p>The end of one task may drain a tracker, whose waiters end a task of another, and so on through any number of
 * them. Up to a depth each link of such a chain runs inside the one before; what is set off beyond it is left to the
 * outermost run of the thread, which takes it up when it is done with its own.
 *
 * <p>So what a call promises to have run "before it returns" it has run, unless it was made more than 16 links deep. A body that
 * runs there, which on a group's own executor none does, must not wait for what it has set off itself.
 */
public final class Trampoline {

    private static final int DEEPEST = 16;
    private static final ThreadLocal<@Nullable Trampoline> CURRENT = new ThreadLocal<>();

    private final ArrayDeque<Runnable> postponed = new ArrayDeque<>(0);
    private int depth;

    private Trampoline() {}

    /**
     * Runs a link of the chain: now, or if the stack is deep already, when this thread's outermost link has run.
     *
     * @param link what to run; handles its own failures, since others wait behind it
     */
    public static void run(Runnable link) {
        Trampoline current = CURRENT.get();
        if (current != null) {
            current.runInside(link);
            return;
        }
        Trampoline outermost = new Trampoline();
        CURRENT.set(outermost);
        try {
            outermost.runAll(link);
        } finally {
            CURRENT.remove();
        }
    }

    /**
     * Runs a step, and only after it what it sets off.
     *
     * @param step what to run now, whole, before any link that it runs
     */
    public static void runBeforeItsLinks(Runnable step) {
        Trampoline outer = CURRENT.get();
        Trampoline collected = new Trampoline();
        collected.depth = DEEPEST;
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

    private void runInside(Runnable link) {
        if (depth == DEEPEST) {
            postponed.add(link);
            return;
        }
        depth++;
        try {
            link.run();
        } finally {
            depth--;
        }
    }

    private void runAll(Runnable first) {
        for (@Nullable Runnable link = first; link != null; link = postponed.poll()) {
            link.run();
        }
    }
}
