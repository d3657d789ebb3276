// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The groups and trackers that are beans of one application context, by bean name.
 *
 * <p>Contains the singletons that exist already, and creates none. Beans of a parent context belong to that one.
 */
final class TrackedBeans {

    private final ConfigurableListableBeanFactory beans;

    TrackedBeans(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** Returns all groups, in the order of their bean definitions. */
    Map<String, TaskGroup> groups() {
        return existing(TaskGroup.class);
    }

    /** Returns all trackers, in the order of their bean definitions. */
    Map<String, TaskTracker> trackers() {
        return existing(TaskTracker.class);
    }

    /**
     * Returns the groups that are not below another group of {@link #groups()}, since an operation on a group includes
     * all groups below it. A child of a group that is not a bean is included.
     */
    Map<String, TaskGroup> topGroups() {
        Map<String, TaskGroup> groups = groups();
        Set<TaskGroup> all = Collections.newSetFromMap(new IdentityHashMap<>());
        all.addAll(groups.values());
        groups.values().removeIf(group -> isBelowOneOf(all, group));
        return groups;
    }

    private static boolean isBelowOneOf(Set<TaskGroup> groups, TaskGroup group) {
        for (TaskGroup above = group.parent(); above != null; above = above.parent()) {
            if (groups.contains(above)) {
                return true;
            }
        }
        return false;
    }

    /** Returns all beans of a type. Returns each object once, although it may be a bean under several names. */
    <T> Map<String, T> existing(Class<T> type) {
        Set<T> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, T> existing = new LinkedHashMap<>();
        for (String name : beans.getBeanNamesForType(type, false, false)) {
            Object singleton = beans.getSingleton(name);
            if (type.isInstance(singleton) && seen.add(type.cast(singleton))) {
                existing.put(name, type.cast(singleton));
            }
        }
        return existing;
    }
}
