// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.TaskContext;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * A continuation for tasks of adapters, which subscribe to its publisher.
 *
 * <p>An adapter offers a static method that converts the sources of its library, and looks for this type in {@link
 * GroupTask#continuation()}. A task of plain Java cannot subscribe, and fails.
 */
@FunctionalInterface
public interface PublisherContinuation extends Continuation {

    /**
     * Returns what the next attempt subscribes to. Called once, when the attempt begins.
     *
     * @param task the task that goes on
     * @return a publisher whose elements are of the task's type
     */
    Flow.Publisher<?> publisher(TaskContext task);

    /**
     * Refuses to continue a task of plain Java.
     *
     * @throws IllegalStateException always
     */
    @Override
    @SuppressWarnings("FunctionalInterfaceMethodChanged") // a task of plain Java is refused on purpose
    default CompletionStage<?> resume(TaskContext task) {
        throw new IllegalStateException(
                "a continuation with a publisher cannot resume a task of plain Java: give its error"
                        + " policy a continuation that returns a CompletionStage");
    }
}
