// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;


/**
 * A task that other tasks can be the children of: the {@code TaskContext} of a task of a group.
 *
 * @see TaskOptions#childOf(ParentTask)
 */
public interface ParentTask {}
