// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The answers that the customers received.
 *
 * @param byOrder the answer to each order
 */
record Answers(Map<String, Answer> byOrder) {

    Set<String> accepted() {
        return ordersWith(Answer.ACCEPTED);
    }

    /** Returns the number of orders that were refused. */
    int refused() {
        return ordersWith(Answer.UNAVAILABLE).size()
                + ordersWith(Answer.NO_CONNECTION).size();
    }

    Set<String> ordersWith(Answer answer) {
        return byOrder.entrySet().stream()
                .filter(entry -> entry.getValue() == answer)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
