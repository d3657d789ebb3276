// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * The rule of a group for errors: asked once for each attempt of each of its tasks that fails, it says what follows.
 *
 * <p>It is asked in the thread that failed, before the downstream is told, and by several threads at once. It is not asked
 * about a task that was cancelled or rejected, nor about one that ends with a {@code CancellationException} of its own,
 * which counts as cancelled. A policy that throws or returns null lets the task fail with its own error, to which the
 * policy's is added as suppressed.
 *
 * <p>To cancel a group a policy returns {@link Decision#cancelGroup()}; if it called the group's {@code cancel} itself, the
 * task that has failed would be cancelled too, and its error lost.
 *
 * <p>What a policy counts, it counts for the group that it was given to; each child has a policy of its own, from {@link
 * #forChild()}. Do not give one counting policy to two groups, unless they are to be counted together.
 *
 * <p>After the error policies of dynamo's tracker; thresholds here count across the tasks of a group.
 */
@FunctionalInterface
public interface ErrorPolicy {

    /**
     * Decides what follows the failure of an attempt.
     *
     * @param failure what happened
     * @return what to do
     */
    Decision onError(Failure failure);

    /**
     * The policy of a child that is given none of its own.
     *
     * @return the same rule, its counts at zero; by default this object, which is right for a policy that counts nothing
     */
    default ErrorPolicy forChild() {
        return this;
    }

    /**
     * Whether a task's first failure is its end: no decision of this policy is to retry or to resume.
     *
     * <p>It spares tasks the machinery of further attempts; a decision for another attempt is then not heeded.
     *
     * @return false by default
     */
    default boolean isTerminal() {
        return false;
    }

    /**
     * Asks another policy about each failure that this one would let end the task and nothing more.
     *
     * <p>So {@code retry(3, backoff).andThen(cancelAfterErrors(10))} retries first, and counts the tasks that failed for good.
     *
     * @param next what to ask second
     * @return a policy made of both
     */
    default ErrorPolicy andThen(ErrorPolicy next) {
        return new ErrorPolicies.InTurn(this, Objects.requireNonNull(next, "next must not be null"));
    }

    /**
     * Has a task that goes on after a failure give its permit back, and ask for admission again.
     *
     * <p>It does so before it waits for its delay, so it holds nothing while it waits, and queues behind the others.
     * Without this a task keeps its permit through all its attempts.
     *
     * @return the same rule
     */
    default ErrorPolicy releasingPermit() {
        return new ErrorPolicies.ReleasingPermit(this);
    }

    /**
     * Lets the task fail, and nothing more.
     *
     * @return the policy of groups that are given none
     */
    static ErrorPolicy continueOnError() {
        return ErrorPolicies.CONTINUE_ON_ERROR;
    }

    /**
     * Cancels the group at the first error, with the error as cause.
     *
     * @return the policy
     */
    static ErrorPolicy cancelOnError() {
        return ErrorPolicies.CANCEL_ON_ERROR;
    }

    /**
     * Cancels the group at the first error that matches.
     *
     * @param matching tells which errors
     * @return the policy
     */
    static ErrorPolicy cancelOnError(Predicate<? super Throwable> matching) {
        return new ErrorPolicies.CancelOnError(Objects.requireNonNull(matching, "matching must not be null"));
    }

    /**
     * Cancels the group when so many errors have come, from any of its tasks.
     *
     * @param errors which error cancels: 1 is the first
     * @return a policy that counts
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy cancelAfterErrors(int errors) {
        return new ErrorPolicies.CancelAfterErrors(errors);
    }

    /**
     * Cancels the group when so many errors have come within a span of time, from any of its tasks.
     *
     * @param errors how many
     * @param within the span, ending with the last of them
     * @return a policy that keeps the times of that many errors
     * @throws IllegalArgumentException if one of them is not positive
     */
    static ErrorPolicy cancelAtErrorRate(int errors, Duration within) {
        return new ErrorPolicies.CancelAtErrorRate(errors, within);
    }

    /**
     * Retries a failed task up to {@code retries} times; then it fails.
     *
     * <p>It retries no {@link VirtualMachineError} and no {@link LinkageError}: trying again cures neither. It counts its own
     * retries of each task, and not what a policy beside it did.
     *
     * @param retries how many times; at least 1
     * @param backoff how long to wait before each
     * @return the policy
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy retry(int retries, Backoff backoff) {
        return retry(retries, backoff, ErrorPolicies.Retry::isWorthIt);
    }

    /**
     * Retries a task that failed with an error that matches, up to {@code retries} times; then, and with any other error, it
     * fails.
     *
     * @param retries how many times; at least 1
     * @param backoff how long to wait before each
     * @param matching tells which errors are worth a retry
     * @return the policy
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy retry(int retries, Backoff backoff, Predicate<? super Throwable> matching) {
        return new ErrorPolicies.Retry(
                retries,
                Objects.requireNonNull(backoff, "backoff must not be null"),
                Objects.requireNonNull(matching, "matching must not be null"));
    }

    /**
     * Goes on with something else where a task has failed, up to {@code resumptions} times; then it fails.
     *
     * @param resumptions how many times, not counting retries by another policy; at least 1
     * @param continuation what to go on with
     * @return the policy
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy resumeWith(int resumptions, Continuation continuation) {
        Objects.requireNonNull(continuation, "continuation must not be null");
        return new ErrorPolicies.Resume(resumptions, error -> continuation);
    }

    /**
     * Goes on with what the error carries, if it is a {@link ResumableException}, so many times at most; any other error
     * lets the task fail.
     *
     * @param resumptions how many times; at least 1
     * @return the policy
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy resumeWithCarried(int resumptions) {
        return new ErrorPolicies.Resume(
                resumptions, error -> error instanceof ResumableException carrier ? carrier.continuation() : null);
    }

    /**
     * Cancels the parent of the group at once, with the error as cause: the group does what its parent can't live without.
     *
     * <p>The group is cancelled with its parent; a group without parent is cancelled itself. After dynamo's critical tasks.
     *
     * @return the policy
     */
    static ErrorPolicy cancelParentOnError() {
        return ErrorPolicies.CANCEL_PARENT_ON_ERROR;
    }
}
