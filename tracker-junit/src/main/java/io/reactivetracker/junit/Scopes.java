// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import io.reactivetracker.CallSite;
import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionTask;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tests that run in this virtual machine, and the hooks that see their subscriptions.
 *
 * <p>A subscription belongs to the test
 *
 * <ol>
 *   <li>in whose thread it begins, or whose thread has scheduled the command that makes it on a scheduler of the
 *       library;
 *   <li>otherwise, if the thread has inherited a running test and no other runs: that test. In parallel, the thread may
 *       be one of a pool, which several tests use;
 *   <li>otherwise, it is one of the tests that run: of one, the message tells the thread; of several, it names all.
 * </ol>
 *
 * <p>If the test of the thread has ended, its class has the subscription.
 */
final class Scopes {

    private static final Object LOCK = new Object();

    // Under the lock.
    private static final Set<TestScope> OPEN = new LinkedHashSet<>();
    private static final List<Shared> SHARED = new ArrayList<>();
    private static Registration hooks = Registration.none();

    private static final ThreadLocal<@Nullable TestScope> CURRENT = new ThreadLocal<>();
    private static final InheritableThreadLocal<@Nullable TestScope> INHERITED = new InheritableThreadLocal<>();

    private static final List<Library> LIBRARIES = Library.present();

    private Scopes() {}

    /** Begins a test. Installs the hooks again: an earlier test may have reset them. */
    static void open(TestScope scope) {
        synchronized (LOCK) {
            Registration old = hooks;
            hooks = install();
            old.close();
            OPEN.add(scope);
            scope.setOpen(true);
        }
    }

    /**
     * Ends a test.
     *
     * @return the shared subscriptions of whose tests this was the last to end
     */
    static List<Shared> close(TestScope scope) {
        List<Shared> ended = new ArrayList<>();
        synchronized (LOCK) {
            if (!OPEN.remove(scope)) {
                return ended;
            }
            scope.setOpen(false);
            // The test of a constructor that was called in vain.
            List.copyOf(OPEN).stream()
                    .filter(each -> each.isPending() && each.parent() == scope)
                    .forEach(Scopes::discard);
            SHARED.removeIf(shared -> {
                boolean isOver = shared.scopes().stream().noneMatch(TestScope::isOpen);
                return isOver && ended.add(shared);
            });
            if (OPEN.isEmpty()) {
                hooks.close();
                hooks = Registration.none();
            }
        }
        return ended;
    }

    /** Ends a test that has not begun, and cancels what its constructor has started. */
    static void discard(TestScope scope) {
        List<Shared> unused = close(scope);
        scope.work().cancel();
    }

    /** A part of a test. */
    @FunctionalInterface
    interface Part<T extends @Nullable Object> {
        T run() throws Throwable;
    }

    /** Runs a part of a test in this thread. */
    static <T extends @Nullable Object> T run(@Nullable TestScope scope, Part<T> part) throws Throwable {
        TestScope current = CURRENT.get();
        TestScope inherited = INHERITED.get();
        set(scope, scope);
        try {
            return part.run();
        } finally {
            set(current, inherited);
        }
    }

    private static void set(@Nullable TestScope current, @Nullable TestScope inherited) {
        if (current == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(current);
        }
        if (inherited == null) {
            INHERITED.remove();
        } else {
            INHERITED.set(inherited);
        }
    }

    private static Registration install() {
        List<Registration> installed = new ArrayList<>();
        LIBRARIES.forEach(library -> installed.add(library.install(Scopes::select, Scopes::scheduled)));
        return () -> installed.forEach(Registration::close);
    }

    /** Lets a command that is scheduled by this thread run as a part of the same test. */
    private static Runnable scheduled(Runnable command) {
        TestScope scope = CURRENT.get();
        if (scope == null) {
            synchronized (LOCK) {
                scope = ofThread();
            }
        }
        return scope == null ? command : command(scope, command);
    }

    /** Returns a command that runs as a part of a test, in any thread. */
    static Runnable command(TestScope scope, Runnable command) {
        return () -> {
            TestScope current = CURRENT.get();
            TestScope inherited = INHERITED.get();
            set(scope, scope);
            try {
                command.run();
            } finally {
                set(current, inherited);
            }
        };
    }

    /** Returns the test, running or not, that this thread works for; null if it is not known. */
    private static @Nullable TestScope ofThread() {
        TestScope current = CURRENT.get();
        if (current != null) {
            return current;
        }
        TestScope inherited = INHERITED.get();
        return inherited != null && leaves().equals(List.of(inherited)) ? inherited : null;
    }

    private static List<TestScope> leaves() {
        return OPEN.stream().filter(scope -> !scope.hasOpenChildren()).toList();
    }

    private static @Nullable SubscriptionTask select(CallSite caller, @Nullable String pipelineName) {
        synchronized (LOCK) {
            TestScope scope = ofThread();
            if (scope != null) {
                return ofKnown(scope, caller, pipelineName);
            }
            List<TestScope> candidates = leaves();
            // Such as an extension that starts an application, which several tests then use.
            boolean isNoTest = OwnCode.isInRunner();
            if (isNoTest || !candidates.stream().allMatch(each -> isToBeCounted(each, caller))) {
                return null;
            }
            String note = " in thread " + Thread.currentThread().getName();
            if (candidates.size() == 1) {
                return candidates.get(0).work().task(caller, pipelineName, note + ", which may belong to another test");
            }
            return candidates.isEmpty() ? null : shared(candidates).work().task(caller, pipelineName, note);
        }
    }

    private static @Nullable SubscriptionTask ofKnown(TestScope scope, CallSite caller, @Nullable String pipelineName) {
        if (!isToBeCounted(scope, caller)) {
            return null;
        }
        TestScope open = scope;
        while (open != null && !open.isOpen()) {
            open = open.parent();
        }
        String note = open == scope ? "" : ", after the end of " + scope.name();
        return open == null || !isToBeCounted(open, caller) ? null : open.work().task(caller, pipelineName, note);
    }

    private static boolean isToBeCounted(TestScope scope, CallSite caller) {
        return scope.ownCode().contains(caller.type())
                && !scope.allowances().allowAll(caller)
                && !scope.ownCode().isInStaticInitializer();
    }

    private static Shared shared(List<TestScope> scopes) {
        return SHARED.stream()
                .filter(each -> each.scopes().equals(scopes))
                .findFirst()
                .orElseGet(() -> {
                    Shared shared = Shared.of(scopes);
                    SHARED.add(shared);
                    return shared;
                });
    }
}
