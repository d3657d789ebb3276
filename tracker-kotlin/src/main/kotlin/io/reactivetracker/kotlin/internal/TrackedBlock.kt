// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.kotlin.internal

import io.reactivetracker.TaskOptions
import io.reactivetracker.TaskToken
import io.reactivetracker.TaskTracker
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineName

/** The token of a task that runs in a coroutine. Closing it releases the count. */
internal class TrackedBlock(tracker: TaskTracker, options: TaskOptions, context: CoroutineContext) :
    TaskToken(tracker, options.orNamed(context)) {

    companion object {
        /** Requires, before anything is collected, options that a tracker can keep. */
        fun requireOptions(tracker: TaskTracker, options: TaskOptions): TaskOptions = requireNoTimeout(tracker, options)
    }
}

/** The options of a task whose name is that of the coroutine, unless they have one. */
internal fun TaskOptions.orNamed(context: CoroutineContext): TaskOptions {
    val coroutineName = context[CoroutineName]?.name
    return if (name() != null || coroutineName.isNullOrBlank()) this else and(TaskOptions.named(coroutineName))
}
