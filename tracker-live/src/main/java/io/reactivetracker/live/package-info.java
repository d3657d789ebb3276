// SPDX-License-Identifier: Apache-2.0
/** A page under the actuator of a Spring Boot application that shows its running tasks and its drain. */
@NullMarked
package io.reactivetracker.live;

import org.jspecify.annotations.NullMarked;
