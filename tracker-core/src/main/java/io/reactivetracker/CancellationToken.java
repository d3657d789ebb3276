// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells tasks to stop. Cancelling a token also cancels its children and all their descendants.
 *
 * <pre>{@code
 * CancellationToken all = CancellationToken.create();
 * try (CancellationToken one = all.child()) {
 *     one.onCancel(request::abort);
 *     request.run();
 * }
 * }</pre>
 *
 * <p>Cancelling is final. It affects all descendants, but no ancestors or siblings. When {@code cancel} returns, all
 * descendants are cancelled, even if another thread cancelled first. A child of a cancelled token is created cancelled.
 *
 * <p>A parent retains its children until they are cancelled or {@linkplain #close() closed}. So close a child of a
 * long-lived parent when its task ends.
 *
 * <p>Safe for use by several threads. Actions of a thread before it cancels happen-before actions of a thread that sees
 * the token cancelled, and before the token's own actions. A deep or wide tree takes no stack.
 *
 * <p>After <a href="https://docs.rs/tokio-util/latest/tokio_util/sync/struct.CancellationToken.html">
 * {@code CancellationToken}</a> of tokio-util, with a cause after
 * <a href="https://pkg.go.dev/context#WithCancelCause">{@code context.WithCancelCause}</a> of Go.
 */
public final class CancellationToken extends IntrusiveList.Link<CancellationToken> implements AutoCloseable {

    // State: live → cancelled          the first cancel of this token or of an ancestor
    // Place: in the list of its parent → in the list of its grandparent …   a parent is closed
    //                                  → in no list                         this token is closed, ended or cancelled
    //        A root is in no list.
    //
    // Both change under the lock of the tree, which each token has from its root. The cancelled state is read without
    // it. No foreign code runs under it.
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
     * Creates a token without a parent that belongs to a named subject. Only {@link #close(Object)} and
     * {@link #end(Object)} with this subject close it.
     *
     * @param subject what the token cancels. Its {@code toString()}, such as
     *     {@code task "ship" #12 of tracker "orders"}, is the start of the message of each
     *     {@link TaskCancelledException} of this token; it is called only for that
     * @return a live token
     */
    public static CancellationToken create(Object subject) {
        return new CancellationToken(new Object(), Objects.requireNonNull(subject, "subject must not be null"));
    }

    /**
     * Creates a token that is cancelled with this one and can also be cancelled alone.
     *
     * @return a live token, or a cancelled one with the same cause if this token is cancelled
     */
    public CancellationToken child() {
        return newChild(null);
    }

    /**
     * Creates a child, as {@link #child()} does, that belongs to a named subject, as in {@link #create(Object)}.
     *
     * @param childSubject what the child cancels
     * @return a live token, or a cancelled one with the same cause if this token is cancelled
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
     * <p>Runs their actions in this thread, outside any lock, before it returns. No action runs before all tokens are
     * cancelled.
     *
     * @return true if and only if this call cancelled this token
     */
    public boolean cancel() {
        return cancel(new Cancellation(null));
    }

    /**
     * Cancels this token and all its descendants with a cause.
     *
     * <p>A descendant that was cancelled before keeps its own cause.
     *
     * @param cause the result of {@link #cause()} from now on
     * @return true if and only if this call cancelled this token
     */
    public boolean cancel(Throwable cause) {
        return cancel(new Cancellation(
                Objects.requireNonNull(cause, "cause must not be null: use cancel() if there is none")));
    }

    /**
     * Cancels this token and all its descendants with a cause, and runs their actions by an executor.
     *
     * <p>All tokens are cancelled when this method returns. The executor gets one step for each token, parents before
     * children. A step runs the actions of its token and throws nothing.
     *
     * @param cause the result of {@link #cause()} from now on
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
     * Returns whether this token or an ancestor was cancelled.
     *
     * @return true once cancelled
     */
    public boolean isCancelled() {
        return cancellation != null;
    }

    /**
     * Returns why this token was cancelled.
     *
     * @return the cause, or null if none was given or the token is not cancelled
     */
    public @Nullable Throwable cause() {
        Cancellation seen = cancellation;
        return seen == null ? null : seen.cause;
    }

    /** Returns what this token cancels, or null if it was created without a subject. */
    @Nullable
    Object subject() {
        return subject;
    }

    /**
     * Runs an action once this token is cancelled: now, in this thread, if it is cancelled, otherwise in the thread
     * that cancels.
     *
     * <p>Actions of one token run in the order of their registration, outside any lock, and may use the tree in any
     * way. What an action throws reaches the uncaught-exception handler of its thread and does not affect other
     * actions; if it runs during this call, it reaches the caller.
     *
     * @param action the action to run once
     * @return a handle that unlinks the action while it waits
     */
    public Registration onCancel(Runnable action) {
        Objects.requireNonNull(action, "action must not be null");
        return waiters.register(this::isCancelled, action);
    }

    /**
     * Removes the token from its tree without cancelling it. Its children move to its parent, or become roots if it has
     * none.
     *
     * <p>The token remains usable as a root, and its actions stay registered. Idempotent. Takes time in proportion to
     * the number of children.
     *
     * <p>Has no effect on a token that was created with a subject, such as that of a group or a task. Its owner may
     * pass such a token to other code, which cannot remove it.
     */
    @Override
    public void close() {
        if (subject == null) {
            leave(true);
        }
    }

    /**
     * Removes the token from its tree, as {@link #close()} does, on behalf of its subject.
     *
     * @param owner the subject that this token was created with; the call has no effect with another object
     */
    public void close(Object owner) {
        if (isOwner(owner)) {
            leave(true);
        }
    }

    /**
     * Removes the token from its tree because its subject has ended. Children that were not closed become roots, so
     * nothing retains them.
     *
     * @param owner the subject that this token was created with; the call has no effect with another object
     */
    public void end(Object owner) {
        if (isOwner(owner)) {
            leave(false);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the owner has the same object
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
                // The first cancel held the lock until all descendants were cancelled.
                return false;
            }
            reached = markWithDescendants(first);
        }
        reached.forEach(action);
        return true;
    }

    /** Not recursive, as the tree may be deep: the list is the result and also the queue of tokens to visit. */
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
     * Returns a description for logs; its format may change.
     *
     * @return whether the token is cancelled, and the cause
     */
    @Override
    public String toString() {
        Cancellation seen = cancellation;
        if (seen == null) {
            return "CancellationToken[live]";
        }
        return seen.cause == null ? "CancellationToken[cancelled]" : "CancellationToken[cancelled: " + seen.cause + "]";
    }

    /** The state of a cancelled token, which it shares with the descendants that were cancelled with it. */
    private record Cancellation(@Nullable Throwable cause) {}
}
