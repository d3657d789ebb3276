// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.util.List;
import java.util.stream.Collectors;

/** The subscriptions that one of several tests has made, of which it is not known which. */
record Shared(List<TestScope> scopes, Work work) {

    static Shared of(List<TestScope> scopes) {
        return new Shared(scopes, new Work(name(scopes)));
    }

    String name() {
        return name(scopes);
    }

    private static String name(List<TestScope> scopes) {
        return scopes.stream().map(TestScope::name).collect(Collectors.joining(" or "));
    }
}
