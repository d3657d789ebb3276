// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Collects what RxJava could not deliver; a test that does not take it out again fails. */
final class Undeliverable implements BeforeEachCallback, AfterEachCallback {

    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void beforeEach(ExtensionContext context) {
        RxJavaPlugins.setErrorHandler(error ->
                errors.add(error instanceof UndeliverableException ? Objects.requireNonNull(error.getCause()) : error));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        RxJavaPlugins.reset();
        assertThat(errors)
                .as("errors that could not be delivered, unexpectedly")
                .isEmpty();
    }

    List<Throwable> take() {
        synchronized (errors) {
            List<Throwable> taken = List.copyOf(errors);
            errors.clear();
            return taken;
        }
    }
}
