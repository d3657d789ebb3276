// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

/** Separates the fields of a subclass from the cache line of the object before it in memory. */
@SuppressWarnings({"unused", "UnusedVariable"}) // only their place in memory matters
abstract class PaddingBefore {

    private long padding1;
    private long padding2;
    private long padding3;
    private long padding4;
    private long padding5;
    private long padding6;
    private long padding7;
}
