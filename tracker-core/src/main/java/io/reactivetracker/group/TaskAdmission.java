// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One time that a task asks for admission: the candidate that the admission sees.
 *
 * <p>Its answer counts only while it is the current request of its task, which the task decides in one step with its state.
 */
final class TaskAdmission implements AdmissionRequest {

    private final AbstractGroupTask task;

    // Guarded by the task's lock. An answer in the asking thread is kept until the admission has returned: so it
    // is heard on a flat stack, and what it throws reaches the subscriber's caller and not the admission.
    private @Nullable Thread asking = Thread.currentThread();
    private @Nullable Runnable answer;
    private boolean hasLeft;
    private Registration place = Registration.none();

    TaskAdmission(AbstractGroupTask task) {
        this.task = task;
    }

    /** Asks the admission, and hears an answer that comes at once. */
    void send() {
        try {
            stand(Objects.requireNonNull(task.group().admission().admit(this), "the admission returned null"));
        } catch (Throwable broken) {
            if (!answer(rejection("it failed with " + broken, broken), null)) {
                // It has answered before it failed: no reason to turn the task away, nor to be kept quiet.
                Throwables.reportUncaught(broken);
            }
        }
        Runnable heard;
        synchronized (task.stripe()) {
            asking = null;
            heard = answer;
        }
        if (heard != null) {
            heard.run();
        }
    }

    @Override
    public boolean grant(Permit offered) {
        Objects.requireNonNull(offered, "permit must not be null: Permit.NOTHING_TO_RELEASE is one");
        return answer(task::callAttempt, offered);
    }

    @Override
    public void reject(String reason) {
        boolean unused = answer(rejection(Objects.requireNonNull(reason, "reason must not be null"), null), null);
    }

    private Runnable rejection(String reason, @Nullable Throwable cause) {
        return () -> task.callFail(TaskRejectedException.byAdmission(task, reason, cause));
    }

    /** Takes the first answer; with a permit it is yes. False if it comes too late. */
    private boolean answer(Runnable newAnswer, @Nullable Permit offered) {
        synchronized (task.stripe()) {
            if (!task.answered(this, offered)) {
                return false;
            }
            if (Thread.currentThread().equals(asking)) {
                answer = newAnswer;
                return true;
            }
        }
        task.execute(newAnswer, refusal -> {
            if (offered == null) {
                newAnswer.run();
            } else {
                task.callFail(TaskRejectedException.byExecutor(task, refusal));
            }
        });
        return true;
    }

    private void stand(Registration newPlace) {
        synchronized (task.stripe()) {
            if (!hasLeft) {
                place = newPlace;
                return;
            }
        }
        newPlace.close();
    }

    /** Leaves the place in the queue, now or when it is known. By the end of the task. */
    void leave() {
        Registration left;
        synchronized (task.stripe()) {
            hasLeft = true;
            left = place;
        }
        try {
            left.close();
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
