// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/**
 * Addresses that are relative to that of the page, so that they hold behind any base path, port or proxy.
 *
 * <p>The page has no slash at its end: below {@code /actuator}, {@code live/live.js} leads from {@code live} to its
 * script. {@code management.endpoints.web.path-mapping} may give an endpoint another path, also one of several parts.
 *
 * @param files the folder of the page's files
 * @param tasks the endpoint {@code tasktrackers}
 */
record PagePaths(String files, String tasks) {

    private static final String TASKS = "tasktrackers";

    static PagePaths of(PathMappedEndpoints endpoints) {
        return of(
                endpoints.getRootPath(EndpointId.of(LivePageEndpoint.ID)), endpoints.getRootPath(EndpointId.of(TASKS)));
    }

    /** Returns the paths for two paths below the base path of endpoints; null for an endpoint that is not exposed. */
    static PagePaths of(@Nullable String page, @Nullable String tasks) {
        String own = page == null ? LivePageEndpoint.ID : page;
        String up = "../".repeat((int) own.chars().filter(part -> part == '/').count());
        return new PagePaths(own.substring(own.lastIndexOf('/') + 1), up + (tasks == null ? TASKS : tasks));
    }
}
