// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates the trackers of which a group consists, for the package of groups.
 *
 * <p>An application sees one drain of a group, so only one of its trackers writes the events of a drain, and the group
 * counts the tasks for it. That is not for applications to choose, so the API for it is here. The package of trackers
 * registers it, as the JDK does by its {@code SharedSecrets}.
 */
public final class GroupTrackers {

    /** For a tracker that writes no events of its drains. */
    public static final LongSupplier NO_EVENTS = () -> 0;

    private static volatile @Nullable Factory factory;

    private GroupTrackers() {}

    /** Creates a tracker. */
    @FunctionalInterface
    public interface Factory {

        /**
         * Creates a tracker.
         *
         * @param name the name of the group
         * @param pending counts the tasks of a drain that begins, or is {@link #NO_EVENTS}
         * @return a tracker
         */
        Object create(String name, LongSupplier pending);
    }

    /**
     * Registers the factory.
     *
     * @param created creates a tracker
     */
    public static void register(Factory created) {
        factory = created;
    }

    /**
     * Returns the factory.
     *
     * @return what was registered by the class of trackers, which is initialized before
     */
    public static Factory factory() {
        return Objects.requireNonNull(factory, "the class of trackers is initialized first");
    }
}
