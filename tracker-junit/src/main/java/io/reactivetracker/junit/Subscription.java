// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import io.reactivetracker.CallSite;
import java.time.Duration;

/** A subscription that was running when a test was checked. */
record Subscription(CallSite site, String description, Duration age) {}
