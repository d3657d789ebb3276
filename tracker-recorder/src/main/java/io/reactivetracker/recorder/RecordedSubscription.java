// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

/**
 * An execution whose work is one subscription: passes elements on as they come, and the last signal when the end is
 * recorded. It does what {@link RecordedExecution} asks of a subscriber, except {@code onSubscribe}.
 *
 * @param <K> the type of the keys
 * @param <T> the type of the elements
 */
public abstract class RecordedSubscription<K, T> extends RecordedExecution<K> {

    /**
     * Creates a subscription that has not claimed its key yet.
     *
     * @param request the request to send
     */
    protected RecordedSubscription(ClaimRequest<K> request) {
        super(request);
    }

    /**
     * Passes an element on.
     *
     * @param element the element
     */
    protected abstract void passOn(T element);

    /**
     * Requests from the upstream, or keeps the demand until there is one.
     *
     * @param n how many elements
     */
    protected abstract void requestUpstream(long n);

    /**
     * Passes an element of the upstream on. Ends the execution if that throws.
     *
     * @param element the element
     */
    public final void onNext(T element) {
        try {
            passOn(element);
        } catch (Throwable failure) {
            abort(failure);
            throw failure;
        }
    }

    /**
     * Records the failure of the upstream, and then tells the downstream.
     *
     * @param error the last signal
     */
    public final void onError(Throwable error) {
        workFailed(error);
    }

    /** Records the success of the upstream, and then tells the downstream. */
    public final void onComplete() {
        workSucceeded();
    }

    /**
     * Requests for the downstream. Ends the execution if the upstream throws.
     *
     * @param n how many elements
     */
    public final void request(long n) {
        try {
            requestUpstream(n);
        } catch (Throwable failure) {
            abort(failure);
            throw failure;
        }
    }

    /** Cancels for the downstream. */
    public final void cancel() {
        cancelExecution();
    }
}
