// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Fails a test that leaves subscriptions running, and cancels those. */
final class TestCheck {

    private static final int MAX_DESCRIBED = 10;

    /** A subscription that is not older is shown without its age. */
    private static final Duration MIN_AGE = Duration.ofMillis(100);

    private static final Duration STEP = Duration.ofMillis(5);

    private TestCheck() {}

    /** Waits for the subscriptions of a test, ends its scope, and reports what is left. */
    static void check(TestScope scope) {
        List<Shared> shared;
        List<Subscription> left;
        try {
            left = leftAfterGrace(scope, scope.work());
        } finally {
            shared = Scopes.close(scope);
        }
        List<String> messages = new ArrayList<>();
        if (!left.isEmpty()) {
            scope.work().cancel();
            messages.add(scope.name() + " left " + described(left));
        }
        for (Shared each : shared) {
            List<Subscription> ofSeveral = leftAfterGrace(scope, each.work());
            if (!ofSeveral.isEmpty()) {
                each.work().cancel();
                messages.add(each.name() + ", which ran at the same time, left " + described(ofSeveral));
            }
        }
        if (!messages.isEmpty()) {
            throw new AssertionError(String.join("\n", messages));
        }
    }

    private static List<Subscription> leftAfterGrace(TestScope scope, Work work) {
        Supplier<List<Subscription>> look = () -> scope.allowances().forbidden(work.running());
        List<Subscription> left = look.get();
        if (scope.isInVirtualTime()) {
            return left;
        }
        long start = System.nanoTime();
        while (!left.isEmpty() && System.nanoTime() - start < scope.grace().toNanos()) {
            // In steps: what is allowed may never end.
            work.await(STEP);
            left = look.get();
        }
        return left;
    }

    private static String described(List<Subscription> left) {
        Map<String, List<Subscription>> bySite = new LinkedHashMap<>();
        left.forEach(each -> bySite.computeIfAbsent(each.description(), site -> new ArrayList<>())
                .add(each));
        List<String> parts = new ArrayList<>();
        bySite.forEach((description, same) -> parts.add(description + times(same.size()) + age(same.get(0))));
        String all = String.join(", ", parts.subList(0, Math.min(parts.size(), MAX_DESCRIBED)));
        return (left.size() == 1 ? "1 subscription: " : left.size() + " subscriptions: ")
                + all
                + (parts.size() > MAX_DESCRIBED
                        ? ", and of " + (parts.size() - MAX_DESCRIBED) + " more call sites"
                        : "");
    }

    private static String times(int number) {
        return number == 1 ? "" : " \u00d7" + number;
    }

    /** The first of those that are listed together is the oldest. */
    private static String age(Subscription oldest) {
        return oldest.age().compareTo(MIN_AGE) < 0
                ? ""
                : String.format(Locale.ROOT, " (%.1f s)", oldest.age().toMillis() / 1000.0);
    }
}
