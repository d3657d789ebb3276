// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.TaskRecording;
import java.lang.StackWalker.StackFrame;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a task that a {@link LeakWatch} follows; the entry of its token, whether or not it has a name.
 *
 * <p>The {@link LeakReaper} reaches this object until the task has ended. So nothing here may refer to the token, which
 * would never be garbage, or to the tracker, which waiting actions may connect with the token.
 */
final class WatchedTask extends RunningTasks.Entry {

    private final WeakReference<LeakSampler> sampler;
    private final List<StackFrame> stack;
    private final long startNanos;
    private final @Nullable TaskRecording begun;
    private final TokenReference reference;

    WatchedTask(
            TaskToken token,
            @Nullable String name,
            WeakReference<LeakSampler> sampler,
            long startNanos,
            ReferenceQueue<TaskToken> queue) {
        super(name);
        this.sampler = sampler;
        this.startNanos = startNanos;
        this.begun = name == null ? null : JfrEvents.beginTask();
        this.stack = CreationStack.capture();
        this.reference = new TokenReference(token, queue);
    }

    @Override
    void begin() {
        try {
            LeakReaper.SYSTEM.add(reference.node());
        } catch (StackOverflowError | OutOfMemoryError unwatched) {
            // The task must not fail because it is watched.
        }
    }

    @Override
    void end() {
        LeakReaper.SYSTEM.remove(reference.node());
    }

    @Override
    @Nullable
    TaskRecording begun() {
        return begun;
    }

    TokenReference reference() {
        return reference;
    }

    /** Reports the task. Called at most once, when its token is garbage. */
    void leak() {
        // Written before the token became garbage: see TaskToken.
        LeakSampler reporter = hasEnded ? null : sampler.get();
        if (reporter != null) {
            reporter.leaked(this);
        }
    }

    LeakedTask describe(String tracker, long now, boolean isReleased) {
        return new LeakedTask(
                tracker,
                name(),
                Duration.ofNanos(now - startNanos),
                isReleased,
                stack.stream().map(StackFrame::toStackTraceElement).toList());
    }

    /** Tells when the token is garbage. */
    final class TokenReference extends PhantomReference<TaskToken> {

        private final LeakReaper.Node node = new LeakReaper.Node(this);

        private TokenReference(TaskToken token, ReferenceQueue<TaskToken> queue) {
            super(token, queue);
        }

        LeakReaper.Node node() {
            return node;
        }

        WatchedTask task() {
            return WatchedTask.this;
        }
    }
}
