// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Fails a test that leaves subscriptions of Reactor or RxJava running, and says which.
 *
 * <pre>{@code
 * @ExtendWith(NoForgottenWork.class)
 * class OrdersTest {
 *     @Test
 *     void ships() {
 *         orders.accept("order-17"); // calls ship(order).subscribe(), and nobody waits for it
 *     }
 * }
 * }</pre>
 *
 * <pre>
 * OrdersTest.ships left 2 subscriptions: Orders.accept:17 (1.2 s), Mails.send:40
 * </pre>
 *
 * <p><b>What is checked.</b> Each fire-and-forget subscription: one by {@code subscribe()}, {@code subscribe(onNext)}
 * and similar methods of Reactor and RxJava, whose end no code observes. The call must be in code of the project: a
 * class that is not in a jar file, or in one of the packages of {@value #PACKAGES}. Subscriptions that a tracker or
 * group counts already are not checked. A test is checked after its {@code @AfterEach} methods, and what {@code
 * @BeforeAll} methods start is checked after the {@code @AfterAll} methods, as a failure of the class. An invocation of
 * a parameterized or repeated test, and a dynamic test, is a test of its own. What a static initializer starts is not
 * checked, since it lives as long as its class.
 *
 * <p><b>Grace.</b> A subscription that ends soon after the test is not forgotten. The check waits up to 500 ms, or what
 * {@link SubscriptionGrace}, {@link #withGrace} or {@value #GRACE} says, and no longer than until the last subscription
 * has ended. With {@link #withVirtualTime} it waits in virtual time.
 *
 * <p><b>Exceptions.</b> See {@link AllowSubscriptions}, and {@value #ALLOW}.
 *
 * <p><b>After the check.</b> What a test left is cancelled, so that it does not disturb the next test and is reported
 * once: the upstream is cancelled, and the subscriber gets a {@code TaskCancelledException}. If the test has failed
 * already, the report is a suppressed exception of its failure. A test that was aborted by an assumption fails if it
 * leaves subscriptions.
 *
 * <p><b>Parallel tests.</b> A subscription belongs to the test whose thread makes it, or whose thread has scheduled the
 * command that makes it with a scheduler of Reactor or RxJava. In other threads, such as those of a pool of its own, it
 * is not known which of several running tests it belongs to. Then the last of them to end fails, and the message names
 * all of them and the thread.
 *
 * <p>The extension works with JUnit 5 and JUnit 6. It can be registered for all tests, by {@code
 * junit.jupiter.extensions.autodetection.enabled=true}. It may be registered more than once. Its hooks are installed
 * while a test of it runs, and hooks of others stay.
 */
public final class NoForgottenWork
        implements BeforeAllCallback, BeforeEachCallback, AfterTestExecutionCallback, InvocationInterceptor {

    /** The configuration parameter for the grace, such as {@code 500 ms}, {@code 2 s} or {@code 1 m}. */
    public static final String GRACE = "io.reactivetracker.junit.grace";

    /**
     * The configuration parameter for call sites that are allowed in all tests, as in {@link AllowSubscriptions#value},
     * separated by commas.
     */
    public static final String ALLOW = "io.reactivetracker.junit.allow";

    /**
     * The configuration parameter for the packages, including those below them, whose subscriptions are checked,
     * separated by commas. By default the code that is in no jar file is checked.
     */
    public static final String PACKAGES = "io.reactivetracker.junit.packages";

    private static final Namespace SCOPES = Namespace.create(NoForgottenWork.class);

    /** The scope of the test whose instance this thread has created. */
    private static final ThreadLocal<@Nullable TestScope> PENDING = new ThreadLocal<>();

    private final @Nullable Duration grace;
    private final @Nullable Consumer<Duration> advance;

    /** Creates an extension with the settings of annotations and configuration parameters. */
    public NoForgottenWork() {
        this(null, null);
    }

    private NoForgottenWork(@Nullable Duration grace, @Nullable Consumer<Duration> advance) {
        this.grace = grace;
        this.advance = advance;
    }

    /**
     * Returns an extension with this grace, for a field with {@code @RegisterExtension}.
     *
     * @param ownGrace how long subscriptions may run on after a test, 0 or more
     * @return a new extension
     * @throws IllegalArgumentException if the grace is negative
     */
    public NoForgottenWork withGrace(Duration ownGrace) {
        Objects.requireNonNull(ownGrace, "grace must not be null");
        if (ownGrace.isNegative()) {
            throw new IllegalArgumentException("grace must not be negative, but was " + ownGrace);
        }
        return new NoForgottenWork(ownGrace, advance);
    }

    /**
     * Returns an extension that lets the grace pass in virtual time, for a field with {@code @RegisterExtension}.
     *
     * <pre>{@code
     * @RegisterExtension
     * final NoForgottenWork work = new NoForgottenWork()
     *         .withGrace(Duration.ofHours(1))
     *         .withVirtualTime(time -> scheduler.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS));
     * }</pre>
     *
     * <p>The function is called once after each test method, before the {@code @AfterEach} methods. The check does not
     * wait in real time then. What the function throws fails the test.
     *
     * @param advanceBy advances the virtual time of the test by the grace
     * @return a new extension
     */
    public NoForgottenWork withVirtualTime(Consumer<Duration> advanceBy) {
        return new NoForgottenWork(grace, Objects.requireNonNull(advanceBy, "function must not be null"));
    }

    // ---- scopes ----

    @Override
    public void beforeAll(ExtensionContext context) {
        boolean hasInstance = context.getTestInstanceLifecycle().orElse(Lifecycle.PER_METHOD) == Lifecycle.PER_CLASS;
        begin(context, hasInstance);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        begin(context, true);
    }

    private void begin(ExtensionContext context, boolean hasInstance) {
        TestScope scope = ownScopeOf(context);
        if (scope == null) {
            TestScope pending = hasInstance ? takePending(context) : null;
            scope = pending == null ? opened(context, false) : pending;
            context.getStore(SCOPES).put(context.getUniqueId(), scope);
        }
        scope.configure(grace, advance);
    }

    private static @Nullable TestScope takePending(ExtensionContext context) {
        TestScope pending = PENDING.get();
        PENDING.remove();
        if (pending != null) {
            pending.adopt(context);
        }
        return pending;
    }

    private static TestScope opened(ExtensionContext context, boolean isPending) {
        TestScope scope = new TestScope(scopeOf(context), context, isPending);
        Scopes.open(scope);
        return scope;
    }

    private static @Nullable TestScope ownScopeOf(ExtensionContext context) {
        return context.getStore(SCOPES).get(context.getUniqueId(), TestScope.class);
    }

    /** Returns the scope of a context, or else that of the nearest context around it. */
    private static @Nullable TestScope scopeOf(ExtensionContext context) {
        for (ExtensionContext each = context;
                each != null;
                each = each.getParent().orElse(null)) {
            TestScope scope = ownScopeOf(each);
            if (scope != null) {
                return scope;
            }
        }
        return null;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        TestScope scope = scopeOf(context);
        if (advance != null && scope != null) {
            Scopes.command(scope, () -> advance.accept(scope.grace())).run();
        }
    }

    // ---- parts of tests ----

    private static <T extends @Nullable Object> T proceed(Invocation<T> invocation, @Nullable TestScope scope)
            throws Throwable {
        return Scopes.run(scope, invocation::proceed);
    }

    @Override
    public <T> T interceptTestClassConstructor(
            Invocation<T> invocation, ReflectiveInvocationContext<Constructor<T>> constructor, ExtensionContext context)
            throws Throwable {
        TestScope pending = PENDING.get();
        if (pending != null && !pending.construct(constructor.getTargetClass())) {
            // The test of the earlier instance has not begun.
            Scopes.discard(pending);
            pending = null;
        }
        if (pending == null) {
            pending = opened(context, true);
            boolean unusedIsFirst = pending.construct(constructor.getTargetClass());
            PENDING.set(pending);
        }
        boolean isCreated = false;
        try {
            T instance = proceed(invocation, pending);
            isCreated = true;
            return instance;
        } finally {
            if (!isCreated) {
                PENDING.remove();
                Scopes.discard(pending);
            }
        }
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, scopeOf(context));
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, scopeOf(context));
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, scopeOf(context));
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, scopeOf(context));
    }

    @Override
    public <T extends @Nullable Object> T interceptTestFactoryMethod(
            Invocation<T> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        return proceed(invocation, scopeOf(context));
    }

    @Override
    public void interceptDynamicTest(
            Invocation<@Nullable Void> invocation, DynamicTestInvocationContext test, ExtensionContext context)
            throws Throwable {
        begin(context, false);
        proceed(invocation, scopeOf(context));
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, scopeOf(context));
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, scopeOf(context));
    }
}
