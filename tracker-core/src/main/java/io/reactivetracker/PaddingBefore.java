// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

/** Keeps the fields of a subclass off the cache line of whatever lies before the object in memory. */
@SuppressWarnings({"unused", "UnusedVariable"}) // what counts is where they are
abstract class PaddingBefore {

    private long padding1;
    private long padding2;
    private long padding3;
    private long padding4;
    private long padding5;
    private long padding6;
    private long padding7;
}
