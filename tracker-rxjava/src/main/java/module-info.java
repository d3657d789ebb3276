// SPDX-License-Identifier: Apache-2.0
/** Tracks RxJava 3 pipelines, and waits for them with a {@code Completable}. */
module io.reactivetracker.rxjava {
    requires transitive io.reactivetracker;
    requires transitive io.reactivex.rxjava3;
    requires transitive org.reactivestreams;
    requires static io.reactivetracker.recorder;
    requires static transitive org.jspecify;

    exports io.reactivetracker.rxjava;
}
