// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivex.rxjava3.core.CompletableTransformer;
import io.reactivex.rxjava3.core.FlowableTransformer;
import io.reactivex.rxjava3.core.MaybeTransformer;
import io.reactivex.rxjava3.core.ObservableTransformer;
import io.reactivex.rxjava3.core.SingleTransformer;

/**
 * An operator for {@code compose} on all five of RxJava's types.
 *
 * <p>{@link RxTracking} and {@link RxRecording} return it. One instance serves any number of pipelines and threads.
 *
 * @param <T> the type of the elements
 */
public interface TrackTransformer<T>
        extends FlowableTransformer<T, T>,
                ObservableTransformer<T, T>,
                SingleTransformer<T, T>,
                MaybeTransformer<T, T>,
                CompletableTransformer {}
