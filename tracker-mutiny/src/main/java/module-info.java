// SPDX-License-Identifier: Apache-2.0
/** Tracks pipelines of SmallRye Mutiny, and waits for them with a {@code Uni}. */
module io.reactivetracker.mutiny {
    requires transitive io.reactivetracker;
    requires transitive io.smallrye.mutiny;
    requires static transitive org.jspecify;

    exports io.reactivetracker.mutiny;
}
