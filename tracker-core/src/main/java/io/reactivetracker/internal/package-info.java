// SPDX-License-Identifier: Apache-2.0
/** Helpers of this library, exported to its modules only. They may change with each release. */
@NullMarked
package io.reactivetracker.internal;

import org.jspecify.annotations.NullMarked;
