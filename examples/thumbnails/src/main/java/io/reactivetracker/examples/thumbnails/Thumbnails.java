// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Renders a thumbnail of each picture in the background, and then adds it to the catalogue.
 *
 * <p>Each picture is a task of the root group, and both steps are tasks of groups below it. A failed rendering is
 * retried and affects only its picture. An error of the catalogue cancels everything, since the service cannot work
 * without it. A shutdown keeps the groups of the steps open until the root has no more tasks.
 */
final class Thumbnails {

    private static final Backoff BACKOFF =
            Backoff.exponential(Duration.ofMillis(20), Duration.ofMillis(100)).jitter(0.5);

    private final TaskGroup root = TaskGroup.builder("thumbnails").build();
    private final TaskGroup render = root.childBuilder("render")
            .admission(Admission.concurrency(2))
            .onError(ErrorPolicy.retry(2, BACKOFF))
            .build();
    private final TaskGroup entries = root.childBuilder("catalogue")
            .admission(Admission.concurrency(1))
            .onError(ErrorPolicy.cancelParentOnError())
            .build();

    private final Renderer renderer;
    private final Catalogue catalogue;
    private final Outcomes outcomes = new Outcomes();

    Thumbnails(Renderer renderer, Catalogue catalogue) {
        this.renderer = renderer;
        this.catalogue = catalogue;
    }

    /** Starts the work on a picture. Returns false if the groups are closed or cancelled. */
    boolean accept(String name, byte[] picture) {
        CompletableFuture<Void> work = renderer.render(name, picture)
                .transform(trackWith(render, "render " + name))
                .then(catalogue.append(name).transform(trackWith(entries, "catalogue " + name)))
                .transform(trackWith(root, name))
                .toFuture();
        if (work.handle((done, error) -> isRefusal(error)).getNow(false)) {
            return false;
        }
        outcomes.follow(name, work);
        return true;
    }

    private static boolean isRefusal(@Nullable Throwable error) {
        return error instanceof GroupClosedException || error instanceof TaskCancelledException;
    }

    TaskGroup root() {
        return root;
    }

    Outcomes outcomes() {
        return outcomes;
    }
}
