// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import org.junit.jupiter.api.extension.ExtensionContext;

/** Names tests in messages. */
final class TestNames {

    private TestNames() {}

    /** Returns for example {@code OrdersTest.ships}, {@code OrdersTest.ships [2] express} or {@code OrdersTest}. */
    static String of(ExtensionContext context) {
        String type = context.getTestClass().map(Class::getName).orElse("");
        String name = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
        if (context.getTestMethod().isPresent()) {
            name += "." + context.getTestMethod().get().getName();
        }
        String segment = context.getUniqueId().substring(context.getUniqueId().lastIndexOf('['));
        boolean isDynamic = segment.startsWith("[dynamic-");
        if (isDynamic && context.getParent().isPresent()) {
            // It has neither a class nor a method itself.
            name = of(context.getParent().get());
        }
        return isDynamic || segment.contains("-invocation:") ? name + " " + context.getDisplayName() : name;
    }
}
