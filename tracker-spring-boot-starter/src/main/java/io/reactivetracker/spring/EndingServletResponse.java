// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * A response that can be ended from outside if its type is {@code text/event-stream}.
 *
 * <p>The container ends a response in a thread of its own, and a response is not safe for use by two threads. So what
 * the application writes after the end is dropped, and the end waits for what it writes at that time, without blocking:
 * the thread that writes ends the response.
 */
final class EndingServletResponse extends HttpServletResponseWrapper {

    private final OpenStreams streams;

    /** Held while the application writes. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile boolean isEnding;
    private volatile boolean hasEnded; // written with the lock held
    private volatile @Nullable Runnable lastAction;
    private volatile boolean expectsEvents;

    EndingServletResponse(HttpServletResponse response, OpenStreams streams) {
        super(response);
        this.streams = streams;
    }

    /**
     * Sets the action that ends the response.
     *
     * @param expectsEvents whether the response is an event stream as long as it has no type
     */
    void endBy(Runnable action, boolean expectsEvents) {
        this.expectsEvents = expectsEvents;
        lastAction = action;
        if (isEnding) {
            tryToEnd();
        }
    }

    /** Ends the response if it is an event stream. */
    void end() {
        isEnding = true;
        tryToEnd();
    }

    boolean hasEnded() {
        return hasEnded;
    }

    private void tryToEnd() {
        Runnable action = lastAction;
        // A thread that has the lock looks at isEnding after it has released the lock.
        if (action == null || !writing.tryLock()) {
            return;
        }
        try {
            if (hasEnded || !isEventStream()) {
                return;
            }
            if (getContentType() == null) {
                setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            }
            hasEnded = true;
        } finally {
            writing.unlock();
        }
        // Without the lock: it may wait for a thread that is about to write.
        action.run();
    }

    private boolean isEventStream() {
        String type = getContentType();
        if (type == null) {
            return expectsEvents && !isCommitted();
        }
        try {
            return MediaType.TEXT_EVENT_STREAM.isCompatibleWith(MediaType.parseMediaType(type));
        } catch (InvalidMediaTypeException ofTheApplication) {
            return false;
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream output = super.getOutputStream();
        if (getContentType() == null || !isEventStream()) {
            return output;
        }
        if (streams.areEnding()) {
            end();
        }
        return new EndingOutput(output);
    }

    @Override
    public void flushBuffer() throws IOException {
        unlessEnded(super::flushBuffer);
    }

    private void unlessEnded(Write write) throws IOException {
        writing.lock();
        try {
            if (!hasEnded) {
                write.run();
            }
        } finally {
            writing.unlock();
            if (isEnding) {
                tryToEnd();
            }
        }
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }

    private final class EndingOutput extends ServletOutputStream {

        private final ServletOutputStream output;

        EndingOutput(ServletOutputStream output) {
            this.output = output;
        }

        @Override
        public void write(int data) throws IOException {
            unlessEnded(() -> output.write(data));
        }

        @Override
        public void write(byte[] data, int offset, int length) throws IOException {
            unlessEnded(() -> output.write(data, offset, length));
        }

        @Override
        public void flush() throws IOException {
            unlessEnded(output::flush);
        }

        @Override
        public void close() throws IOException {
            unlessEnded(output::close);
        }

        @Override
        public boolean isReady() {
            return output.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            output.setWriteListener(listener);
        }
    }
}
