// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test, a dynamic test, or the part of a test class that belongs to no single test, while it runs. */
// JUnit closes what is in a store by either interface: before 5.13 by the first, and later by both.
@SuppressWarnings("deprecation")
final class TestScope implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private final @Nullable TestScope parent;
    private final Set<Class<?>> constructed = new HashSet<>();
    private volatile String name;
    private volatile Allowances allowances;
    private volatile Duration grace;
    private volatile OwnCode ownCode;
    private volatile @Nullable Consumer<Duration> advance;
    private volatile boolean isPending;
    private final Work work;

    // Both under the lock of the scopes.
    private boolean isOpen;
    private int openChildren;

    /**
     * Creates the scope of a test or class.
     *
     * @param isPending whether it begins with the constructor of the test class, and its context is not known yet
     */
    TestScope(@Nullable TestScope parent, ExtensionContext context, boolean isPending) {
        this.parent = parent;
        this.isPending = isPending;
        this.name = TestNames.of(context);
        this.allowances = Allowances.of(context);
        this.grace = Settings.grace(context);
        this.ownCode = new OwnCode(Settings.list(context, NoForgottenWork.PACKAGES));
        this.work = new Work(name);
    }

    /** Makes a scope that began with a constructor that of a test. */
    void adopt(ExtensionContext context) {
        name = TestNames.of(context);
        allowances = Allowances.of(context);
        grace = Settings.grace(context);
        isPending = false;
    }

    /** Overrides the grace and how time passes, if they are given. */
    void configure(@Nullable Duration ownGrace, @Nullable Consumer<Duration> ownAdvance) {
        if (ownGrace != null) {
            grace = ownGrace;
        }
        if (ownAdvance != null) {
            advance = ownAdvance;
        }
    }

    @Nullable
    TestScope parent() {
        return parent;
    }

    /** Called in one thread; returns false if an instance of the class was created for this test before. */
    boolean construct(Class<?> testClass) {
        return constructed.add(testClass);
    }

    String name() {
        return name;
    }

    Allowances allowances() {
        return allowances;
    }

    OwnCode ownCode() {
        return ownCode;
    }

    Duration grace() {
        return grace;
    }

    boolean isInVirtualTime() {
        return advance != null;
    }

    boolean isPending() {
        return isPending;
    }

    Work work() {
        return work;
    }

    /** Under the lock of the scopes. */
    boolean isOpen() {
        return isOpen;
    }

    /** Under the lock of the scopes. */
    boolean hasOpenChildren() {
        return openChildren > 0;
    }

    /** Under the lock of the scopes. */
    void setOpen(boolean open) {
        isOpen = open;
        if (parent != null) {
            parent.openChildren += open ? 1 : -1;
        }
    }

    /** Called by JUnit after all callbacks of the test or class. What it throws fails the test or class. */
    @Override
    public void close() {
        TestCheck.check(this);
    }
}
