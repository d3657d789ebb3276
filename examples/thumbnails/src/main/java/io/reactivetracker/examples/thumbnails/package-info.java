// SPDX-License-Identifier: Apache-2.0
/**
 * A service with two groups of background tasks: one retries failed tasks, the other cancels everything if a task
 * fails.
 *
 * <p>{@code ThumbnailServer} has the routes, {@code Thumbnails} the groups and the steps of a picture, {@code Renderer}
 * and {@code Catalogue} do the work. {@code ThumbnailDemo} plays a customer who posts pictures, stops the service while
 * it works, and breaks its catalogue.
 */
@NullMarked
package io.reactivetracker.examples.thumbnails;

import org.jspecify.annotations.NullMarked;
