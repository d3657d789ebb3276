// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps a recorder's records in Redis, for services that run in many processes.
 *
 * <p>{@link io.reactivetracker.redis.RedisRecordStore} is all there is to use: give it to a {@link
 * io.reactivetracker.recorder.TaskRecorder}.
 */
@NullMarked
package io.reactivetracker.redis;

import org.jspecify.annotations.NullMarked;
