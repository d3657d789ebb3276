// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivex.rxjava3.core.CompletableTransformer;
import io.reactivex.rxjava3.core.FlowableTransformer;
import io.reactivex.rxjava3.core.MaybeTransformer;
import io.reactivex.rxjava3.core.ObservableTransformer;
import io.reactivex.rxjava3.core.SingleTransformer;

/**
 * One operator for all five of RxJava's types, so that {@code compose(…)} reads the same on each of them.
 *
 * <p>Obtained from {@link RxTracking} and {@link RxRecording}; serves any number of pipelines and threads.
 *
 * @param <T> the type of the elements
 */
public interface TrackTransformer<T>
        extends FlowableTransformer<T, T>,
                ObservableTransformer<T, T>,
                SingleTransformer<T, T>,
                MaybeTransformer<T, T>,
                CompletableTransformer {}
