// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.reactivetracker.junit;

import org.jspecify.annotations.NullMarked;
