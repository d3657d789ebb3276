// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.reactor.ReactorTracking;
import org.reactivestreams.Publisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * Ends the streams that this application sends, when its context begins to close: before the web server waits for its
 * requests, which is a phase of the lifecycle that follows the event.
 *
 * <p>The tracker counts nothing. It is no bean, since a shutdown would log it.
 */
final class OpenStreams implements ApplicationListener<ContextClosedEvent>, Ordered {

    private final TaskTracker streams = TaskTracker.create("open streams");
    private final ConfigurableApplicationContext context;

    OpenStreams(ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        // Events of child contexts arrive here, too.
        if (event.getApplicationContext().equals(context)) {
            boolean unusedIsFirst = streams.close();
        }
    }

    /** Early, since a listener that throws keeps an event from those after it. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    boolean areEnding() {
        return streams.isClosed();
    }

    /** Runs the action when the context begins to close, or at once if it has begun. */
    Registration onTheEnd(Runnable action) {
        return streams.onClose(action);
    }

    /** Returns the publisher, which completes when the context begins to close. */
    <P extends Publisher<?>> P untilTheEnd(P publisher) {
        return ReactorTracking.<P>untilClosed(streams).apply(publisher);
    }
}
