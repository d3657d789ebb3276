// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A queue of admission requests, any of which can leave without a search. Guarded by the lock of its owner. */
final class WaitQueue {

    private final Set<Entry> entries;
    private final @Nullable ToIntFunction<? super TaskContext> priority;
    private long added;

    /** Creates a queue in FIFO order. */
    WaitQueue() {
        entries = new LinkedHashSet<>();
        priority = null;
    }

    /** Creates a queue with the highest priority first, and in FIFO order among equals. */
    WaitQueue(ToIntFunction<? super TaskContext> priority) {
        Objects.requireNonNull(priority, "priority must not be null");
        this.entries = new TreeSet<>(
                Comparator.comparingInt(Entry::priority).reversed().thenComparingLong(Entry::number));
        this.priority = priority;
    }

    /** Returns the priority of a request. Call it outside any lock: it calls the application. */
    int priorityOf(AdmissionRequest request) {
        return priority == null ? 0 : priority.applyAsInt(request.task());
    }

    Entry add(AdmissionRequest request, int requestPriority) {
        Entry entry = new Entry(request, requestPriority, added++);
        entries.add(entry);
        return entry;
    }

    /** Returns false if the entry is not in the queue any more. */
    boolean remove(Entry entry) {
        return entries.remove(entry);
    }

    AdmissionRequest takeFirst() {
        Iterator<Entry> first = entries.iterator();
        AdmissionRequest request = first.next().request;
        first.remove();
        return request;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    int size() {
        return entries.size();
    }

    /** A request in the queue. Not a record, since two entries are never equal. */
    static final class Entry {

        private final AdmissionRequest request;
        private final int priority;
        private final long number;

        Entry(AdmissionRequest request, int priority, long number) {
            this.request = request;
            this.priority = priority;
            this.number = number;
        }

        int priority() {
            return priority;
        }

        long number() {
            return number;
        }
    }
}
