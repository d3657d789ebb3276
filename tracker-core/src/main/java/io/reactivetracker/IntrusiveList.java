// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jspecify.annotations.Nullable;

/**
 * A list whose elements carry its links, so that one enters or leaves in constant time and for no memory of its own.
 *
 * <p>Not safe for use by several threads: whoever owns a chain guards it.
 */
class IntrusiveList<E extends IntrusiveList.Link<E>> {

    private @Nullable E first;
    private @Nullable E last;

    @Nullable
    final E first() {
        return first;
    }

    final void add(E element) {
        element.previous = last;
        if (last == null) {
            first = element;
        } else {
            last.next = element;
        }
        last = element;
        element.linked = true;
    }

    /** Does nothing if the element is in no chain. */
    final void remove(E element) {
        if (!element.linked) {
            return;
        }
        E previous = element.previous;
        E next = element.next;
        if (previous == null) {
            first = next;
        } else {
            previous.next = next;
        }
        if (next == null) {
            last = previous;
        } else {
            next.previous = previous;
        }
        // An element that somebody keeps must not keep its former neighbours.
        element.previous = null;
        element.next = null;
        element.linked = false;
    }

    /** One that shares no cache line with what follows it in memory. */
    @SuppressWarnings({"unused", "UnusedVariable"}) // what counts is where they are
    static final class Padded<E extends Link<E>> extends IntrusiveList<E> {

        private long padding1, padding2, padding3, padding4, padding5, padding6, padding7, padding8;
        private long padding9, padding10, padding11, padding12, padding13, padding14, padding15, padding16;
    }

    /** What an element inherits to be in at most one chain at a time. */
    abstract static class Link<E extends Link<E>> {

        // The chain's to change, nobody else's; a type variable gives no access to private fields.
        @Nullable
        E previous;

        @Nullable
        E next;

        boolean linked;

        final @Nullable E next() {
            return next;
        }
    }
}
