// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.TaskBody;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The body of a task that a test ends; records its calls. */
final class CalledBody implements TaskBody {

    private final List<String> calls = new ArrayList<>();
    private final Runnable onAttempt;
    private final Consumer<? super Throwable> onFail;

    CalledBody() {
        this(() -> {}, error -> {});
    }

    CalledBody(Runnable onAttempt, Consumer<? super Throwable> onFail) {
        this.onAttempt = onAttempt;
        this.onFail = onFail;
    }

    /** Starts a task as an adapter does. */
    CalledBody start(GroupTask task) {
        if (task.start(this)) {
            attempt();
        }
        return this;
    }

    List<String> calls() {
        return calls;
    }

    @Override
    public void attempt() {
        calls.add("attempt");
        onAttempt.run();
    }

    @Override
    public void fail(Throwable error) {
        calls.add("fail");
        onFail.accept(error);
    }

    @Override
    public void cancelTask() {
        calls.add("cancel");
    }
}
