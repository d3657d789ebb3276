// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.live;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import io.reactivetracker.group.TaskGroup;
import java.net.URI;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Serves the live page on the management port, if that is a separate port.
 *
 * <p>The web server that takes orders stops before the drain; that of the management port stops after it, because of
 * {@code reactive-tracker.shutdown.phase}.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnBean(TaskGroup.class)
class LivePage {

    private static final ClassPathResource FILES = new ClassPathResource("live/");

    @Bean
    LiveFeed liveFeed(TaskGroup group) {
        return new LiveFeed(group);
    }

    @Bean
    RouterFunction<ServerResponse> livePage(LiveFeed feed) {
        return route().GET(
                        "/live/feed",
                        request -> ServerResponse.ok()
                                .contentType(MediaType.TEXT_EVENT_STREAM)
                                .body(BodyInserters.fromServerSentEvents(feed.events())))
                .GET(
                        "/live",
                        request -> ServerResponse.permanentRedirect(URI.create("/live/"))
                                .build())
                .GET(
                        "/live/",
                        request -> ServerResponse.ok()
                                .contentType(MediaType.TEXT_HTML)
                                .bodyValue(new ClassPathResource("live/index.html")))
                .resources("/live/**", FILES)
                .build();
    }
}
