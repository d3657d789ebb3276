// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells any number of tasks to stop, and through its children whole trees of them.
 *
 * <pre>{@code
 * CancellationToken all = CancellationToken.create();
 * try (CancellationToken one = all.child()) {
 *     one.onCancel(request::abort);
 *     request.run();
 * }
 * }</pre>
 *
 * <p>Cancelling is final. It reaches every descendant and never an ancestor or a sibling: when a call of
 * {@code cancel} returns, every descendant is cancelled, also if another thread cancelled first. A child of a
 * cancelled token is cancelled from the start.
 *
 * <p>A parent keeps its children until they are cancelled or {@linkplain #close() closed}, so close a child of a
 * long-lived parent when its task ends.
 *
 * <p>Safe for use by several threads. What a thread did before it cancelled happens-before what another does that
 * sees the token cancelled, or that runs one of its actions. Neither the depth nor the width of a tree takes stack.
 *
 * <p>After <a href="https://docs.rs/tokio-util/latest/tokio_util/sync/struct.CancellationToken.html">
 * {@code CancellationToken}</a> of tokio-util, with a cause after
 * <a href="https://pkg.go.dev/context#WithCancelCause">{@code context.WithCancelCause}</a> of Go.
 */
public final class CancellationToken extends IntrusiveList.Link<CancellationToken> implements AutoCloseable {

    // State: live -> cancelled, by whoever cancels this token or an ancestor, once.
    // Place: in the chain of its parent -> in that of its grandparent, and so on, when parents are closed
    //        -> in none, when it is closed or cancelled. A root is in none from the start.
    //
    // All of it changes under the lock of the tree, which every token has from the root that it descends from. Reading
    // whether a token is cancelled needs no lock. No foreign code runs under it.
    private final Object tree;
    private final @Nullable Object subject;
    private @Nullable CancellationToken parent;
    private final IntrusiveList<CancellationToken> children = new IntrusiveList<>();
    private volatile @Nullable Cancellation cancellation;

    private final Waiters waiters = new Waiters();

    private CancellationToken(Object tree, @Nullable Object subject) {
        this.tree = tree;
        this.subject = subject;
    }

    /**
     * Creates a token without a parent.
     *
     * @return a live token
     */
    public static CancellationToken create() {
        return new CancellationToken(new Object(), null);
    }

    /**
     * Creates a token without a parent, that cancels something which has a name, and which alone may {@linkplain
     * #close(Object) close} it.
     *
     * @param subject what it cancels; its {@code toString()}, such as {@code task "ship" #12 of tracker "orders"}, begins
     *     the message of each {@link TaskCancelledException} of this token, and is not called before
     * @return a live token
     */
    public static CancellationToken create(Object subject) {
        return new CancellationToken(new Object(), Objects.requireNonNull(subject, "subject must not be null"));
    }

    /**
     * Creates a token that is cancelled with this one, and that can be cancelled without it.
     *
     * @return a live token, or a cancelled one with the same cause if this one is cancelled
     */
    public CancellationToken child() {
        return newChild(null);
    }

    /**
     * Creates a token that is cancelled with this one, and that cancels something which has a name, and which alone may
     * {@linkplain #close(Object) close} it.
     *
     * @param childSubject what it cancels, as in {@link #create(Object)}
     * @return a live token, or a cancelled one with the same cause if this one is cancelled
     */
    public CancellationToken child(Object childSubject) {
        return newChild(Objects.requireNonNull(childSubject, "subject must not be null"));
    }

    private CancellationToken newChild(@Nullable Object childSubject) {
        CancellationToken child = new CancellationToken(tree, childSubject);
        synchronized (tree) {
            if (cancellation == null) {
                child.attachTo(this);
            } else {
                child.cancellation = cancellation;
            }
        }
        return child;
    }

    /**
     * Cancels this token and all its descendants.
     *
     * <p>Runs their actions in this thread, outside any lock, before it returns; first all tokens are cancelled, then
     * the first action runs.
     *
     * @return true if and only if this call cancelled this token
     */
    public boolean cancel() {
        return cancel(new Cancellation(null));
    }

    /**
     * Cancels this token and all its descendants, and says why.
     *
     * <p>Of several causes the first stays: a descendant that was cancelled before keeps its own.
     *
     * @param cause what {@link #cause()} returns from now on
     * @return true if and only if this call cancelled this token
     */
    public boolean cancel(Throwable cause) {
        return cancel(new Cancellation(
                Objects.requireNonNull(cause, "cause must not be null: cancel() is for when there is none")));
    }

    /**
     * Cancels this token and all its descendants, says why, and leaves it to an executor to run their actions.
     *
     * <p>When it returns all tokens are cancelled. The executor gets one step for each token, those of parents before those
     * of their children. A step runs that token's actions and throws nothing.
     *
     * @param cause what {@link #cause()} returns from now on
     * @param executor takes the steps, in this thread and outside any lock; must not throw
     * @return true if and only if this call cancelled this token
     */
    public boolean cancel(Throwable cause, Executor executor) {
        Objects.requireNonNull(executor, "executor must not be null");
        return cancel(
                new Cancellation(Objects.requireNonNull(cause, "cause must not be null")),
                token -> executor.execute(token.waiters::runHappened));
    }

    /**
     * Whether this token is cancelled, by itself or through an ancestor.
     *
     * @return true from then on, for good
     */
    public boolean isCancelled() {
        return cancellation != null;
    }

    /**
     * Why this token was cancelled.
     *
     * @return the cause, or null if none was given or the token is not cancelled
     */
    public @Nullable Throwable cause() {
        Cancellation seen = cancellation;
        return seen == null ? null : seen.cause;
    }

    /** What this token cancels, if anybody said. */
    @Nullable
    Object subject() {
        return subject;
    }

    /**
     * Runs an action when this token is cancelled: at once, in this thread, if it is already, and else in the thread
     * that cancels.
     *
     * <p>Actions of one token run in the order in which they were registered, outside any lock, and may use the tree
     * in any way. What one throws reaches the uncaught-exception handler of the thread that runs it, and disturbs no
     * other; if it runs at once, it reaches the caller.
     *
     * @param action what to run, once
     * @return the way to unlink the action while it waits; costs and leaves nothing
     */
    public Registration onCancel(Runnable action) {
        Objects.requireNonNull(action, "action must not be null");
        return waiters.register(this::isCancelled, action);
    }

    /**
     * Leaves the tree without cancelling anything: the children move to this token's parent, or become roots if it has
     * none.
     *
     * <p>The token stays usable as a root of its own, and its actions stay registered. Idempotent. Takes time in
     * proportion to the number of children.
     *
     * <p>Has no effect on a token that cancels something which has a name, such as that of a group or of its task: it is in
     * the tree for as long as that is, so one that was lent to others cannot be cut off by them.
     */
    @Override
    public void close() {
        if (subject == null) {
            leave(true);
        }
    }

    /**
     * Leaves the tree, as {@link #close()} does, by what the token cancels.
     *
     * @param owner the subject that this token was created with; with any other object the call has no effect
     */
    public void close(Object owner) {
        if (isOwner(owner)) {
            leave(true);
        }
    }

    /**
     * Leaves the tree because what the token cancels has ended: the children, which nobody has closed, become roots, and
     * nothing keeps them.
     *
     * @param owner the subject that this token was created with; with any other object the call has no effect
     */
    public void end(Object owner) {
        if (isOwner(owner)) {
            leave(false);
        }
    }

    @SuppressWarnings("ReferenceEquality") // who has the very object is the owner
    private boolean isOwner(Object owner) {
        return owner == subject;
    }

    private void leave(boolean hasHeir) {
        synchronized (tree) {
            CancellationToken heir = hasHeir ? parent : null;
            for (CancellationToken child = children.first(); child != null; child = children.first()) {
                child.detach();
                if (heir != null) {
                    child.attachTo(heir);
                }
            }
            detach();
        }
    }

    private boolean cancel(Cancellation first) {
        return cancel(first, token -> token.waiters.runHappened());
    }

    private boolean cancel(Cancellation first, Consumer<CancellationToken> action) {
        List<CancellationToken> reached;
        synchronized (tree) {
            if (cancellation != null) {
                // Whoever came first held the lock until every descendant was cancelled.
                return false;
            }
            reached = markWithDescendants(first);
        }
        reached.forEach(action);
        return true;
    }

    /** Takes no stack, however deep the tree: the list is both the result and what is left to do. */
    private List<CancellationToken> markWithDescendants(Cancellation first) {
        List<CancellationToken> reached = new ArrayList<>();
        detach();
        reached.add(this);
        for (int next = 0; next < reached.size(); next++) {
            CancellationToken token = reached.get(next);
            token.cancellation = first;
            for (CancellationToken child = token.children.first(); child != null; child = token.children.first()) {
                child.detach();
                reached.add(child);
            }
        }
        return reached;
    }

    private void attachTo(CancellationToken newParent) {
        parent = newParent;
        newParent.children.add(this);
    }

    private void detach() {
        if (parent != null) {
            parent.children.remove(this);
            parent = null;
        }
    }

    /**
     * Whether this is cancelled, and why.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        Cancellation seen = cancellation;
        if (seen == null) {
            return "CancellationToken[live]";
        }
        return seen.cause == null ? "CancellationToken[cancelled]" : "CancellationToken[cancelled: " + seen.cause + "]";
    }

    /** That a token was cancelled, and why; descendants share their ancestor's. */
    private record Cancellation(@Nullable Throwable cause) {}
}
