// SPDX-License-Identifier: Apache-2.0
/** What the adapters share; exported to them alone, and free to change with every release. */
@NullMarked
package io.reactivetracker.internal;

import org.jspecify.annotations.NullMarked;
