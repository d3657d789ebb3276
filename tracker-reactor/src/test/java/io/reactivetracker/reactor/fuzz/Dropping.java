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

/** Notes what Reactor drops and discards in the world that runs. */
final class Dropping {

    // Held, for else its level would be forgotten.
    private static final Logger LOG = Logger.getLogger("reactor.core");
    private static final Logger OPERATORS_LOG = Logger.getLogger("reactor.core.publisher.Operators");

    private Dropping() {}

    static void install() {
        LOG.setLevel(Level.OFF);
        // What discards a queue catches and logs whatever the hook throws, and a queue that is asked may fill up again.
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
        // A retry discards the signal that it has no more use for; whether it comes by that is its own affair.
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
