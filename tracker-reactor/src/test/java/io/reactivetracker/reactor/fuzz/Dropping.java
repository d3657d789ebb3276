// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.fuzz.World;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.retry.Retry;

/** Records what Reactor drops and discards, in the current world. */
final class Dropping {

    // Strongly held: the log manager forgets the level of a logger that is collected.
    private static final Logger LOG = Logger.getLogger("reactor.core");
    private static final Logger OPERATORS_LOG = Logger.getLogger("reactor.core.publisher.Operators");

    private Dropping() {}

    static void install() {
        LOG.setLevel(Level.OFF);
        // Reactor catches and logs what the hook throws while a queue is discarded, and the queue may fill up again.
        OPERATORS_LOG.setLevel(Level.WARNING);
        OPERATORS_LOG.setFilter(record -> {
            World.current().leaveIfEndless();
            return false;
        });
        Hooks.onErrorDropped(error -> World.current().note(90, World.What.DROPPED_ERROR, error));
        Hooks.onNextDropped(element -> World.current().note(90, World.What.DROPPED_ELEMENT, code(element)));
    }

    static void remove() {
        LOG.setLevel(null);
        OPERATORS_LOG.setLevel(null);
        OPERATORS_LOG.setFilter(null);
        Hooks.resetOnErrorDropped();
        Hooks.resetOnNextDropped();
    }

    static Context context(World world) {
        // A retry discards its own signals; when it does so is not specified.
        Consumer<Object> noting = element -> {
            if (!(element instanceof Retry.RetrySignal)) {
                world.note(90, World.What.DISCARDED, code(element));
            }
        };
        return Operators.enableOnDiscard(Context.empty(), noting);
    }

    private static int code(Object element) {
        return element instanceof Integer number ? number : -1;
    }
}
