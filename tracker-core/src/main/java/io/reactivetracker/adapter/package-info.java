// SPDX-License-Identifier: Apache-2.0
/**
 * The SPI for adapters of reactive libraries. Applications do not need it.
 *
 * <p>The adapters for Reactor, RxJava and Mutiny use this package and the public API, and nothing else of the core. An
 * adapter for another library writes one subscriber class for each operator:
 *
 * <table>
 * <caption>Operators and their base classes</caption>
 * <tr><th>operator</th><th>the subscriber extends</th><th>it passes a signal on</th></tr>
 * <tr><td>{@code trackWith(tracker)}</td><td>{@link io.reactivetracker.adapter.TaskSignals}</td>
 * <td>a terminal one if {@code end()} returns true, within {@code try (this)}</td></tr>
 * <tr><td>{@code cancelWith(token)}</td><td>{@link io.reactivetracker.adapter.CancellableSignals}</td>
 * <td>an element between {@code enter()} and {@code leaveAndTell()}; a terminal one if {@code isLastSignal()} returns
 * true</td></tr>
 * <tr><td>{@code untilClosed}</td><td>the subscriber of {@code cancelWith}</td><td>as {@code cancelWith} does</td></tr>
 * <tr><td>{@code trackWith(group)}</td><td>the subscriber of {@code cancelWith}, and implements {@link
 * io.reactivetracker.adapter.TaskBody}</td><td>as {@code cancelWith} does, and then ends the task</td></tr>
 * <tr><td>attempts of {@code trackWith(group)}</td><td>{@link io.reactivetracker.adapter.AttemptSignals}</td>
 * <td>an error if {@code retryOrResume} returns false</td></tr>
 * <tr><td>{@code spawn}</td><td>{@link io.reactivetracker.adapter.SpawnedTask}; it is the last subscriber and the
 * handle</td><td>the outcome to those who wait</td></tr>
 * </table>
 *
 * <h2>trackWith(tracker)</h2>
 *
 * <p>Create the subscriber before the source is subscribed to: its constructor counts the task. Call {@code
 * cancelOnce()} for the downstream's cancel, and {@code cancelAfterErrors} if a call throws.
 *
 * <h2>cancelWith(token)</h2>
 *
 * <p>In {@code onSubscribe}, keep the upstream, {@code enter()}, call {@code listen()} and then the downstream, and
 * {@code leaveAndTell()} in a {@code finally}. If {@code enter()} returns false, cancel the upstream instead. The
 * downstream's cancel calls {@code end()} and cancels the upstream if {@code claimCancel()} returns true. No signal may
 * be passed on outside these calls: a cut in another thread tells the downstream when no thread is inside.
 *
 * <h2>untilClosed(tracker | group)</h2>
 *
 * <p>As {@code cancelWith}, with another event and another last signal: override {@code register} to call {@code
 * onClose}, {@code passOnCut} to complete, and {@code cancellationCause} to return null. Subscribe to the source if
 * {@code listenFirst()} returns true.
 *
 * <h2>trackWith(group)</h2>
 *
 * <ol>
 * <li>Issue a task: {@link io.reactivetracker.adapter.GroupTask#issue}. It throws if the group is closed or cancelled.
 * From now on the adapter must call {@code end} whatever happens.
 * <li>Pass a subscription to the downstream, which keeps the demand until there is an upstream ({@code
 * AttemptSignals}).
 * <li>Start the task: {@link io.reactivetracker.adapter.GroupTask#start}. If it returns true, run the first attempt;
 * otherwise the task calls {@code attempt}, {@code fail} or {@code cancelTask} of the body.
 * <li>An attempt subscribes to the source, or to the publisher of a {@link
 * io.reactivetracker.adapter.PublisherContinuation}, between {@code makeCurrent} and {@code restoreCurrent}. The
 * downstream must not see the task as the current one.
 * <li>On an error call {@code retryOrResume}. If it returns true, forget the attempt: the next one comes. If it returns
 * false, deliver the error.
 * <li>{@code cancelTask} calls {@code cutOff()}.
 * <li>After the last signal was delivered, or the downstream's cancel has returned, call {@code end} with the outcome.
 * </ol>
 *
 * <p>A task that {@code isAdmitted()} when it is issued and for which {@code canRetry()} is false needs no attempts:
 * subscribe the subscriber itself. It calls {@code retryOrResume} before it delivers an error, so that the policy sees
 * it.
 *
 * <p>A {@code recordAs} is built on the recorder's own SPI, in the module {@code tracker-recorder}.
 *
 * <p>These types are not yet stable.
 */
@NullMarked
package io.reactivetracker.adapter;

import org.jspecify.annotations.NullMarked;
