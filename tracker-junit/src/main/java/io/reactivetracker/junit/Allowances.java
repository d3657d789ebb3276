// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import io.reactivetracker.CallSite;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The subscriptions that one test may leave. */
final class Allowances {

    private final List<Allowance> allowances;

    private Allowances(List<Allowance> allowances) {
        this.allowances = allowances;
    }

    /** Returns those of a test or test class, of the classes around it, and of the configuration. */
    static Allowances of(ExtensionContext context) {
        List<Allowance> found = new ArrayList<>();
        Set<AnnotatedElement> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Optional<ExtensionContext> each = Optional.of(context);
                each.isPresent();
                each = each.get().getParent()) {
            Optional<AnnotatedElement> element = each.get().getElement();
            // An invocation of a parameterized test has the method of the test.
            if (element.isPresent() && seen.add(element.get())) {
                AnnotationSupport.findRepeatableAnnotations(element, AllowSubscriptions.class)
                        .forEach(annotation -> found.add(Allowance.of(annotation, element.get())));
            }
        }
        List<String> configured = Settings.list(context, NoForgottenWork.ALLOW);
        if (!configured.isEmpty()) {
            found.add(new Allowance(configured, Integer.MAX_VALUE));
        }
        return new Allowances(found);
    }

    /** Returns whether any number of subscriptions may be left that are made at a call site. */
    boolean allowAll(CallSite site) {
        return allowances.stream().anyMatch(each -> each.max() == Integer.MAX_VALUE && each.isFor(site));
    }

    /** Returns the subscriptions that are not allowed. */
    List<Subscription> forbidden(List<Subscription> left) {
        int[] used = new int[allowances.size()];
        List<Subscription> forbidden = new ArrayList<>();
        for (Subscription each : left) {
            if (!use(each.site(), used)) {
                forbidden.add(each);
            }
        }
        return forbidden;
    }

    private boolean use(CallSite site, int[] used) {
        for (int i = 0; i < used.length; i++) {
            Allowance allowance = allowances.get(i);
            if (allowance.isFor(site) && used[i] < allowance.max()) {
                used[i]++;
                return true;
            }
        }
        return false;
    }

    /** An annotation. */
    private record Allowance(List<String> sites, int max) {

        static Allowance of(AllowSubscriptions annotation, AnnotatedElement element) {
            if (annotation.max() < 0) {
                throw new IllegalArgumentException("max of @AllowSubscriptions on " + element
                        + " must not be negative, but was " + annotation.max());
            }
            for (String site : annotation.value()) {
                if (site.isBlank()) {
                    throw new IllegalArgumentException("a call site of @AllowSubscriptions on " + element
                            + " must not be blank: give a class, or a class and a method such as \"Orders.accept\"");
                }
            }
            return new Allowance(List.of(annotation.value()), annotation.max());
        }

        boolean isFor(CallSite site) {
            return sites.isEmpty() || sites.stream().anyMatch(each -> isSite(each, site));
        }

        private static boolean isSite(String allowed, CallSite site) {
            String full = site.type().getName();
            String simple = full.substring(full.lastIndexOf('.') + 1);
            for (String type : List.of(full, simple)) {
                String method = type + "." + site.method();
                if (allowed.equals(type) || allowed.equals(method) || allowed.equals(method + ":" + site.line())) {
                    return true;
                }
            }
            return false;
        }
    }
}
