// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Decides what follows when an attempt of a group's task fails.
 *
 * <p>A policy is called once for each failed attempt, in the thread that failed, before the downstream is told, and by
 * several threads at once. It is not called for a task that was cancelled or rejected, nor for a task that ends with
 * its own {@code CancellationException}, which counts as cancelled. If a policy throws or returns null, the task fails
 * with its own error, to which the policy's error is added as suppressed.
 *
 * <p>To cancel a group, a policy returns {@link Decision#cancelGroup()}. It must not call the group's {@code cancel}
 * itself: that would cancel the failed task too, and its error would be lost.
 *
 * <p>A policy counts for the group that it is given to. Each child has its own policy, from {@link #forChild()}. Give
 * one counting policy to two groups only if their errors are to be counted together.
 *
 * <p>Modelled on the error policies of dynamo's tracker; here, thresholds count across the tasks of a group.
 */
@FunctionalInterface
public interface ErrorPolicy {

    /**
     * Decides what follows the failure of an attempt.
     *
     * @param failure the failure
     * @return the decision
     */
    Decision onError(Failure failure);

    /**
     * Returns the policy of a child group that is given none of its own.
     *
     * @return the same rule with its counts at zero; by default this object, for a policy that counts nothing
     */
    default ErrorPolicy forChild() {
        return this;
    }

    /**
     * Returns the policy for one task. Called at the first failure of each task.
     *
     * <p>A policy that keeps state per task returns a new object with that state. The failures of one task come one
     * after the other, so the state needs no synchronization.
     *
     * @return the policy that is asked about all failures of the task; by default this object
     */
    default ErrorPolicy forTask() {
        return this;
    }

    /**
     * Returns whether the first failure of a task ends it: no decision of this policy is to retry or to resume.
     *
     * <p>Tasks of a terminal policy are cheaper. A decision for another attempt is then ignored.
     *
     * @return false by default
     */
    default boolean isTerminal() {
        return false;
    }

    /**
     * Returns a policy that asks another one about each failure for which this one decides {@link Decision#fail()}.
     *
     * <p>For example, {@code retry(3, backoff).andThen(cancelAfterErrors(10))} retries first, and counts the tasks
     * whose last retry failed.
     *
     * @param next the policy to ask second
     * @return a policy made of both
     */
    default ErrorPolicy andThen(ErrorPolicy next) {
        return new ErrorPolicies.InTurn(this, Objects.requireNonNull(next, "next must not be null"));
    }

    /**
     * Returns a policy that makes a task release its permit before another attempt, and ask for admission again.
     *
     * <p>The task releases the permit before the delay, and queues behind others after it. By default a task keeps its
     * permit through all its attempts.
     *
     * @return the same rule with this change
     */
    default ErrorPolicy releasingPermit() {
        return new ErrorPolicies.ReleasingPermit(this);
    }

    /**
     * Returns a policy that lets the task fail, and does nothing else.
     *
     * @return the default policy of groups
     */
    static ErrorPolicy continueOnError() {
        return ErrorPolicies.CONTINUE_ON_ERROR;
    }

    /**
     * Returns a policy that cancels the group at the first error, with the error as cause.
     *
     * @return the policy
     */
    static ErrorPolicy cancelOnError() {
        return ErrorPolicies.CANCEL_ON_ERROR;
    }

    /**
     * Returns a policy that cancels the group at the first error that matches.
     *
     * @param matching returns true for an error that cancels
     * @return the policy
     */
    static ErrorPolicy cancelOnError(Predicate<? super Throwable> matching) {
        return new ErrorPolicies.CancelOnError(Objects.requireNonNull(matching, "matching must not be null"));
    }

    /**
     * Returns a policy that cancels the group at a number of errors, of any of its tasks.
     *
     * @param errors the number; 1 cancels at the first error
     * @return a policy that counts
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy cancelAfterErrors(int errors) {
        return new ErrorPolicies.CancelAfterErrors(errors);
    }

    /**
     * Returns a policy that cancels the group at a number of errors within a span of time, of any of its tasks.
     *
     * @param errors the number
     * @param within the span, which ends with the last of the errors
     * @return a policy that keeps the times of that many errors
     * @throws IllegalArgumentException if one of them is not positive
     */
    static ErrorPolicy cancelAtErrorRate(int errors, Duration within) {
        return new ErrorPolicies.CancelAtErrorRate(errors, within);
    }

    /**
     * Retries a failed task up to {@code retries} times; then it fails.
     *
     * <p>Does not retry after a {@link VirtualMachineError} or a {@link LinkageError}. Counts its own retries of each
     * task, and not those of another policy.
     *
     * @param retries the maximum number of retries; at least 1
     * @param backoff the delays before them
     * @return the policy
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy retry(int retries, Backoff backoff) {
        return retry(retries, backoff, ErrorPolicies.Retry::isWorthRetrying);
    }

    /**
     * Retries a task that failed with a matching error, up to {@code retries} times; then, and with any other error, it
     * fails.
     *
     * @param retries the maximum number of retries; at least 1
     * @param backoff the delays before them
     * @param matching returns true for an error to retry after
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
     * Resumes a failed task with a continuation, up to {@code resumptions} times; then it fails.
     *
     * @param resumptions the maximum number of resumptions, not counting retries by another policy; at least 1
     * @param continuation the next attempt
     * @return the policy
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy resumeWith(int resumptions, Continuation continuation) {
        Objects.requireNonNull(continuation, "continuation must not be null");
        return new ErrorPolicies.Resume(resumptions, error -> continuation);
    }

    /**
     * Resumes a failed task with the continuation of its {@link ResumableException}, up to {@code resumptions} times;
     * any other error lets the task fail.
     *
     * @param resumptions the maximum number of resumptions; at least 1
     * @return the policy
     * @throws IllegalArgumentException if the number is not positive
     */
    static ErrorPolicy resumeWithCarried(int resumptions) {
        return new ErrorPolicies.Resume(
                resumptions, error -> error instanceof ResumableException carrier ? carrier.continuation() : null);
    }

    /**
     * Returns a policy that cancels the parent of the group at the first error, with the error as cause: for a group
     * that its parent cannot do without.
     *
     * <p>The group is cancelled with its parent; a group without a parent is cancelled itself. Modelled on dynamo's
     * critical tasks.
     *
     * @return the policy
     */
    static ErrorPolicy cancelParentOnError() {
        return ErrorPolicies.CANCEL_PARENT_ON_ERROR;
    }
}
