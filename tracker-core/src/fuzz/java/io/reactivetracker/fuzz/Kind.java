// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** Kind of a step of a random pipeline. An adapter builds the kinds that its library has and skips the others. */
public enum Kind {
    // Sources.
    RANGE(0, 4),
    LIST(0, 4),
    JUST(0, 2),
    CALL(0, 3),
    EMPTY(0, 2),
    ERROR(0, 3),
    NEVER(0, 1),
    TICKS(0, 4),
    SCRIPT(0, 5),
    CREATE(0, 3),
    UNICAST(0, 3),
    GENERATE(0, 2),

    // Operators with one input.
    MAP(1, 4),
    FILTER(1, 3),
    TAKE(1, 4),
    SKIP(1, 1),
    DISTINCT(1, 1),
    HANDLE(1, 2),
    PEEK(1, 3),
    DO_FINALLY(1, 2),
    SCAN(1, 1),
    REDUCE(1, 2),
    NEXT(1, 2),
    PUBLISH_ON(1, 5),
    SUBSCRIBE_ON(1, 3),
    DELAY(1, 2),
    TIMEOUT(1, 2),
    FLAT_MAP_ITERABLE(1, 3),
    BUFFER(1, 1),
    WINDOW(1, 2),
    GROUP_BY(1, 2),
    SHARE(1, 2),
    REF_COUNT(1, 2),
    PUBLISH(1, 2),
    REPLAY(1, 1),
    RETRY(1, 3),
    REPEAT(1, 2),
    DEFER(1, 2),
    USING(1, 3),
    ON_ERROR_RETURN(1, 1),
    ON_ERROR_CONTINUE(1, 1),
    SWITCH_ON_FIRST(1, 2),
    LIMIT_RATE(1, 2),
    BACKPRESSURE_BUFFER(1, 2),
    BACKPRESSURE_DROP(1, 1),
    BACKPRESSURE_LATEST(1, 1),
    PARALLEL(1, 2),
    MATERIALIZE(1, 1),
    CONTEXT_WRITE(1, 1),
    HIDE(1, 1),

    // Operators with two inputs; those in the first line subscribe to the second input for each element.
    FLAT_MAP(2, 5),
    CONCAT_MAP(2, 4),
    SWITCH_MAP(2, 3),
    ZIP(2, 3),
    MERGE(2, 2),
    CONCAT(2, 2),
    ON_ERROR_RESUME(2, 2),
    SWITCH_IF_EMPTY(2, 2),
    TAKE_UNTIL_OTHER(2, 2),

    // Ours.
    TRACK(1, 14),
    CANCEL_WITH(1, 5),
    GROUP(1, 4),
    RECORD(1, 3);

    final int inputs;
    final int weight;

    Kind(int inputs, int weight) {
        this.inputs = inputs;
        this.weight = weight;
    }

    /** Returns whether this is one of our steps; the reference replaces it with a step that does nothing. */
    public boolean isOurs() {
        return compareTo(TRACK) >= 0;
    }
}
