// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.RegistrationSlot;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.Throwables;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request of a task for admission.
 *
 * <p>Its answer counts only while it is the current request of its task, which the task decides in one step with its
 * state.
 */
final class TaskAdmission implements AdmissionRequest {

    private final AbstractGroupTask task;
    private final RegistrationSlot queued = new RegistrationSlot();

    // Guarded by the lock of the task's stripe. An answer in the requesting thread is kept until the admission has
    // returned: so
    // it runs on a flat stack, and what it throws reaches the subscriber's caller and not the admission.
    private @Nullable Thread requester = Thread.currentThread();
    private @Nullable Runnable keptAnswer;

    TaskAdmission(AbstractGroupTask task) {
        this.task = task;
    }

    /** Asks the admission, and runs an answer that comes at once. */
    void send() {
        try {
            queued.set(Objects.requireNonNull(task.group().admission().admit(this), "the admission returned null"));
        } catch (Throwable broken) {
            if (!answer(rejection("it failed with " + broken, broken), null)) {
                // It answered before it failed, so the task is not rejected, but the failure must not be lost.
                Throwables.reportUncaught(broken);
            }
        }
        Runnable kept;
        synchronized (task.stripe()) {
            requester = null;
            kept = keptAnswer;
        }
        if (kept != null) {
            kept.run();
        }
    }

    @Override
    public boolean grant(Permit permit) {
        Objects.requireNonNull(permit, "permit must not be null: Permit.NOTHING_TO_RELEASE is one");
        return answer(task::callAttempt, permit);
    }

    @Override
    public void reject(String reason) {
        boolean unused = answer(rejection(Objects.requireNonNull(reason, "reason must not be null"), null), null);
    }

    private Runnable rejection(String reason, @Nullable Throwable cause) {
        return () -> {
            task.recordRefusal(JfrEvents.Refusal.ADMISSION, reason);
            task.callFail(TaskRejectedException.byAdmission(task, reason, cause));
        };
    }

    /** Takes the first answer, which is a grant if it has a permit. Returns false if the answer comes too late. */
    private boolean answer(Runnable answer, @Nullable Permit permit) {
        synchronized (task.stripe()) {
            if (!task.acceptAnswer(this, permit)) {
                return false;
            }
            if (Thread.currentThread().equals(requester)) {
                keptAnswer = answer;
                return true;
            }
        }
        task.execute(answer, refusal -> {
            if (permit == null) {
                answer.run();
            } else {
                task.recordRefusal(
                        JfrEvents.Refusal.EXECUTOR, refusal.getClass().getName());
                task.callFail(TaskRejectedException.byExecutor(task, refusal));
            }
        });
        return true;
    }

    /** Leaves the queue of the admission, now or when the admission returns. */
    void leave() {
        try {
            queued.close();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    @Override
    public TaskContext task() {
        return task;
    }

    @Override
    public TaskTimer timer() {
        return task.group().timer();
    }
}
