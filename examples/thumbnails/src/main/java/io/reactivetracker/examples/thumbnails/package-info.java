// SPDX-License-Identifier: Apache-2.0
/**
 * A service whose background work is two groups of tasks: one that may fail and is tried again, and one that must not.
 *
 * <p>The service: {@code ThumbnailServer} with its routes, {@code Thumbnails} with the groups and what a picture goes
 * through, {@code Renderer} and {@code Catalogue} that do the work. The demo around it: {@code ThumbnailDemo} plays a
 * customer who posts pictures, tells the service to stop while it works, and breaks its catalogue.
 */
@NullMarked
package io.reactivetracker.examples.thumbnails;

import org.jspecify.annotations.NullMarked;
