// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** AdmissionRequests that wait, in their order; guarded by its owner's lock. Who leaves is found without a search. */
final class WaitQueue {

    private final Set<Place> places;
    private final @Nullable ToIntFunction<? super TaskContext> priority;
    private long entered;

    /** First in, first out. */
    WaitQueue() {
        places = new LinkedHashSet<>();
        priority = null;
    }

    /** The highest priority first, and among equals the first in. */
    WaitQueue(ToIntFunction<? super TaskContext> priority) {
        Objects.requireNonNull(priority, "priority must not be null");
        this.places = new TreeSet<>(
                Comparator.comparingInt(Place::priority).reversed().thenComparingLong(Place::number));
        this.priority = priority;
    }

    /** Asks for the priority of a candidate; call it outside any lock, since it is the user's code. */
    int priorityOf(AdmissionRequest candidate) {
        return priority == null ? 0 : priority.applyAsInt(candidate.task());
    }

    Place add(AdmissionRequest candidate, int itsPriority) {
        Place place = new Place(candidate, itsPriority, entered++);
        places.add(place);
        return place;
    }

    /** False if it was taken out, or has left, before. */
    boolean remove(Place place) {
        return places.remove(place);
    }

    AdmissionRequest takeFirst() {
        Iterator<Place> first = places.iterator();
        AdmissionRequest candidate = first.next().candidate;
        first.remove();
        return candidate;
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    int size() {
        return places.size();
    }

    /** One candidate's place; not a record, since two places are never equal. */
    static final class Place {

        private final AdmissionRequest candidate;
        private final int priority;
        private final long number;

        Place(AdmissionRequest candidate, int priority, long number) {
            this.candidate = candidate;
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
