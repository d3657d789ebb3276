// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jspecify.annotations.Nullable;

/**
 * A linked list whose elements contain the links. Adding and removing take constant time and no memory.
 *
 * <p>Not safe for use by several threads; the owner guards it.
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

    /** Removes an element of this list, or does nothing if the element is in no list. */
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
        // A removed element must not retain its former neighbours.
        element.previous = null;
        element.next = null;
        element.linked = false;
    }

    /** A list that shares no cache line with the object after it in memory. */
    @SuppressWarnings({"unused", "UnusedVariable"}) // only their place in memory matters
    static final class Padded<E extends Link<E>> extends IntrusiveList<E> {

        private long padding1, padding2, padding3, padding4, padding5, padding6, padding7, padding8;
        private long padding9, padding10, padding11, padding12, padding13, padding14, padding15, padding16;
    }

    /** The superclass of elements. An element is in at most one list at a time. */
    abstract static class Link<E extends Link<E>> {

        // Used by the list only. Not private, since a type variable gives no access to private fields.
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
