// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimeoutException;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.observers.LambdaConsumerIntrospection;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Withholds cancellations from an observer without a callback for errors, such as that of {@code subscribe()} or {@code
 * subscribe(onNext)}.
 *
 * <p>RxJava would report each one, with a stack trace, as an error that nobody handles. But a cancelled task is a
 * normal event, so the observer is left disposed instead. The end of a time limit is not, and is reported.
 */
final class CancellationFilter<T>
        implements Observer<T>, SingleObserver<T>, MaybeObserver<T>, CompletableObserver, Disposable {

    private static final @Nullable Class<?> LEASE_LOST = findLeaseLost();

    private final Object downstream;
    private final Consumer<? super Disposable> subscription;
    private final Consumer<? super T> value;
    private final Consumer<? super Throwable> error;
    private final Runnable completion;

    private @Nullable Disposable upstream;
    private boolean isWithheld;

    private CancellationFilter(
            Object downstream,
            Consumer<? super Disposable> subscription,
            Consumer<? super T> value,
            Consumer<? super Throwable> error,
            Runnable completion) {
        this.downstream = downstream;
        this.subscription = subscription;
        this.value = value;
        this.error = error;
        this.completion = completion;
    }

    static <T> Observer<? super T> of(Observer<? super T> to) {
        return hasErrorCallback(to)
                ? to
                : new CancellationFilter<T>(to, to::onSubscribe, to::onNext, to::onError, to::onComplete);
    }

    static <T> SingleObserver<? super T> of(SingleObserver<? super T> to) {
        return hasErrorCallback(to)
                ? to
                : new CancellationFilter<T>(to, to::onSubscribe, to::onSuccess, to::onError, () -> {});
    }

    static <T> MaybeObserver<? super T> of(MaybeObserver<? super T> to) {
        return hasErrorCallback(to)
                ? to
                : new CancellationFilter<T>(to, to::onSubscribe, to::onSuccess, to::onError, to::onComplete);
    }

    static CompletableObserver of(CompletableObserver to) {
        return hasErrorCallback(to)
                ? to
                : new CancellationFilter<>(to, to::onSubscribe, none -> {}, to::onError, to::onComplete);
    }

    /** Returns whether an error is a cancellation, and the downstream has no callback for errors. */
    static boolean withholds(Throwable error, Object downstream) {
        return error instanceof TaskCancelledException
                && !(error instanceof TaskTimeoutException)
                // After the loss of a lease another owner may do the same work, so it is always reported.
                && (LEASE_LOST == null || !LEASE_LOST.isInstance(error.getCause()))
                && !hasErrorCallback(downstream);
    }

    /** Leaves a downstream disposed. RxJava's observers without a callback for errors are disposables. */
    static void dispose(Object downstream) {
        if (downstream instanceof Disposable disposable) {
            disposable.dispose();
        }
    }

    private static boolean hasErrorCallback(Object downstream) {
        return !(downstream instanceof LambdaConsumerIntrospection observer) || observer.hasCustomOnError();
    }

    /** The class by its name, since an application may lack the module of the recorder. */
    private static @Nullable Class<?> findLeaseLost() {
        try {
            return Class.forName("io.reactivetracker.recorder.LeaseLostException");
        } catch (ClassNotFoundException noRecorder) {
            return null;
        }
    }

    @Override
    public void onSubscribe(Disposable d) {
        upstream = d;
        subscription.accept(this);
    }

    @Override
    public void onNext(T element) {
        value.accept(element);
    }

    @Override
    public void onSuccess(T element) {
        value.accept(element);
    }

    @Override
    public void onError(Throwable failure) {
        if (withholds(failure, downstream)) {
            isWithheld = true;
            dispose(downstream);
        } else {
            error.accept(failure);
        }
    }

    @Override
    public void onComplete() {
        completion.run();
    }

    /** The downstream's; after a cancellation the upstream has ended. */
    @Override
    public void dispose() {
        if (!isWithheld) {
            Objects.requireNonNull(upstream).dispose();
        }
    }

    @Override
    public boolean isDisposed() {
        return Objects.requireNonNull(upstream).isDisposed();
    }
}
