// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

/**
 * A task that can be the parent of other tasks: the {@code TaskContext} of a task of a group.
 *
 * @see TaskOptions#childOf(ParentTask)
 */
public interface ParentTask {}
