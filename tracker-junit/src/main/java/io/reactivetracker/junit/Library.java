// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A reactive library that is on the class path. */
interface Library {

    /**
     * Installs hooks.
     *
     * @param selector is asked for each fire-and-forget subscription
     * @param scheduled wraps each command that the library schedules
     * @return removes the hooks
     */
    Registration install(SubscriptionSelector selector, UnaryOperator<Runnable> scheduled);

    /** Returns the libraries that are on the class path. */
    static List<Library> present() {
        List<Library> found = new ArrayList<>();
        if (isPresent("reactor.core.publisher.Flux") && isPresent("io.reactivetracker.reactor.ReactorTracking")) {
            found.add(new ReactorLibrary());
        }
        if (isPresent("io.reactivex.rxjava3.core.Flowable") && isPresent("io.reactivetracker.rxjava.RxTracking")) {
            found.add(new RxJavaLibrary());
        }
        if (found.isEmpty()) {
            System.getLogger(NoForgottenWork.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "neither Reactor nor RxJava is on the class path: no forgotten subscription can be found");
        }
        return found;
    }

    private static boolean isPresent(String type) {
        try {
            Class.forName(type, false, Library.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }
}
