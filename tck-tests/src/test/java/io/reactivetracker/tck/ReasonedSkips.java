// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.testng.IExecutionListener;
import org.testng.IInvokedMethod;
import org.testng.IInvokedMethodListener;
import org.testng.ITestResult;
import org.testng.SkipException;

/** Records each rule that is skipped without a reason in the code, and counts the executed rules. */
public final class ReasonedSkips implements IInvokedMethodListener, IExecutionListener {

    private static final Queue<String> WITHOUT_REASON = new ConcurrentLinkedQueue<>();

    private final AtomicInteger executed = new AtomicInteger();
    private final AtomicInteger untestable = new AtomicInteger();
    private final AtomicInteger reasoned = new AtomicInteger();

    /** For TestNG, which finds this class by its service file. */
    public ReasonedSkips() {}

    @Override
    public void afterInvocation(IInvokedMethod method, ITestResult result) {
        if (!method.isTestMethod()) {
            return;
        }
        if (!(result.getThrowable() instanceof SkipException skip)) {
            executed.incrementAndGet();
            return;
        }
        if (method.getTestMethod().getMethodName().startsWith("untested_")) {
            // The TCK has no test for this rule, only a placeholder method.
            untestable.incrementAndGet();
        } else if (hasReason(result.getTestClass().getRealClass(), skip)) {
            reasoned.incrementAndGet();
        } else {
            WITHOUT_REASON.add(result.getTestClass().getRealClass().getSimpleName() + "."
                    + method.getTestMethod().getMethodName() + ": " + skip.getMessage());
        }
    }

    /** Called at the end of each verification: a listener can't fail a test that TestNG reports as skipped. */
    static void assertNoneWithoutReason() {
        List<String> found = List.copyOf(WITHOUT_REASON);
        WITHOUT_REASON.clear();
        assertThat(found)
                .as("rules that are skipped without a reason in the code")
                .isEmpty();
    }

    private static boolean hasReason(Class<?> verification, SkipException skip) {
        return Stream.of(verification.getAnnotationsByType(Skipped.class))
                .anyMatch(reason -> skip.getMessage().contains(reason.message()));
    }

    @Override
    public void onExecutionFinish() {
        if (Boolean.getBoolean("testng.mode.dryrun")) {
            // Surefire discovers the tests with a run that executes none.
            return;
        }
        System.out.printf(
                "Reactive Streams TCK: %d rules executed, %d skipped with a reason in the code,"
                        + " %d that the TCK itself can't test%n",
                executed.get(), reasoned.get(), untestable.get());
    }
}
