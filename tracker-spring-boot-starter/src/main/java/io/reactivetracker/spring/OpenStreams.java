// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.reactor.ReactorTracking;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.reactivestreams.Publisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * Ends the streams that this application sends, when its context begins to close: before the web server waits for its
 * requests, which is a phase of the lifecycle that follows the event.
 *
 * <p>They end in a thread of their own, since callbacks of the application run in it: one that blocks must not hold the
 * shutdown up. The shutdown gives them a moment, since a web server that does not wait for its requests would cut them
 * off.
 *
 * <p>The tracker counts nothing. It is no bean, since a shutdown would log it.
 */
final class OpenStreams implements ApplicationListener<ContextClosedEvent>, Ordered {

    static final Duration MAX_WAIT = Duration.ofSeconds(1);

    private static final Log LOG = LogFactory.getLog(OpenStreams.class.getPackageName());

    private final TaskTracker streams = TaskTracker.create("open streams");
    private final ConfigurableApplicationContext context;
    private final ThreadFactory threads;

    OpenStreams(ConfigurableApplicationContext context) {
        this(context, action -> new Thread(action, "reactive-tracker-streams"));
    }

    OpenStreams(ConfigurableApplicationContext context, ThreadFactory threads) {
        this.context = context;
        this.threads = threads;
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        // Events of child contexts arrive here, too.
        if (event.getApplicationContext().equals(context)) {
            end();
        }
    }

    private void end() {
        Thread ending = threads.newThread(streams::close);
        ending.setDaemon(true);
        try {
            ending.start();
        } catch (OutOfMemoryError noThread) {
            boolean unusedIsFirst = streams.close();
            return;
        }
        try {
            ending.join(MAX_WAIT.toMillis());
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            return;
        }
        if (ending.isAlive()) {
            TimeoutException blocked = new TimeoutException("the thread " + ending.getName() + " is here");
            blocked.setStackTrace(ending.getStackTrace());
            LOG.warn(
                    "a callback of an open stream blocks, such as one for its timeout; the shutdown goes on without"
                            + " the streams that have not ended after " + Durations.inSeconds(MAX_WAIT),
                    blocked);
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
