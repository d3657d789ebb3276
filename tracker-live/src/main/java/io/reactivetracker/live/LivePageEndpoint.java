// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;

/**
 * The actuator endpoint {@code live}: a page, and the files that it loads.
 *
 * <p>Being an endpoint, it has the base path, the port, the exposure and the access rules of endpoints, with WebFlux as
 * with servlets. It has no data; the script of the page polls the endpoint {@code tasktrackers}.
 */
@WebEndpoint(id = LivePageEndpoint.ID, defaultAccess = Access.READ_ONLY)
final class LivePageEndpoint {

    static final String ID = "live";

    private static final MimeType CSS = MimeType.valueOf("text/css;charset=UTF-8");
    private static final MimeType JAVASCRIPT = MimeType.valueOf("text/javascript;charset=UTF-8");
    private static final MimeType SVG = MimeType.valueOf("image/svg+xml");

    private final Supplier<PathMappedEndpoints> paths;
    private final Map<String, WebEndpointResponse<Resource>> files = Map.of(
            "live.css", new WebEndpointResponse<>(PageFile.resource("live.css"), CSS),
            "live.js", new WebEndpointResponse<>(PageFile.resource("live.js"), JAVASCRIPT),
            "icon.svg", new WebEndpointResponse<>(PageFile.resource("icon.svg"), SVG));

    /** Creates an endpoint that asks for the paths at each request: they are known when all endpoints are. */
    LivePageEndpoint(Supplier<PathMappedEndpoints> paths) {
        this.paths = paths;
    }

    /** Returns the page. */
    @ReadOperation(produces = "text/html;charset=UTF-8")
    Resource page() {
        return PageFile.page(PagePaths.of(paths.get()));
    }

    /** Returns a file of the page, or null, which is answered 404. */
    @ReadOperation(produces = {"text/css;charset=UTF-8", "text/javascript;charset=UTF-8", "image/svg+xml"})
    @Nullable
    WebEndpointResponse<Resource> file(@Selector String name) {
        return files.get(name);
    }
}
