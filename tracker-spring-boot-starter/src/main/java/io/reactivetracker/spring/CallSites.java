// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.CallSite;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells the application's code from that of libraries. */
final class CallSites {

    private static final StackWalker STACK = StackWalker.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE));

    private static final String OWN_PACKAGE = CallSites.class.getPackageName();

    private final List<String> packages;

    /** Creates call sites of an application whose code is in these packages and those below them. */
    CallSites(List<String> packages) {
        this.packages = List.copyOf(packages);
    }

    /**
     * Returns the nearest code of the application on the stack of this thread.
     *
     * @return class, method and line; null if there is none
     */
    @Nullable
    String ofApplication() {
        return STACK.walk(frames -> frames.filter(frame -> isWritten(frame.getDeclaringClass()))
                .findFirst()
                .map(frame -> CallSite.of(frame).toString())
                .orElse(null));
    }

    /** Returns whether a class is code of the application, and not a proxy that was generated for such a class. */
    private boolean isWritten(Class<?> type) {
        return isOfApplication(type)
                && !type.getPackageName().equals(OWN_PACKAGE)
                && !type.getName().contains("$$");
    }

    /** Returns whether a class is in a package of the application. */
    boolean isOfApplication(Class<?> type) {
        String name = type.getPackageName() + ".";
        return packages.stream().anyMatch(root -> name.startsWith(root + "."));
    }
}
