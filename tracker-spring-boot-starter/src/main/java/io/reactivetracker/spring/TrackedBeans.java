// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The groups and trackers that are beans of one application context, by the names of the beans.
 *
 * <p>Only singletons that have been made: a look never makes one, and beans of a parent context are the parent's.
 */
final class TrackedBeans {

    private final ConfigurableListableBeanFactory beans;

    TrackedBeans(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** All groups, in the order in which their beans were defined. */
    Map<String, TaskGroup> groups() {
        return made(TaskGroup.class);
    }

    /** All trackers, in the order in which their beans were defined. */
    Map<String, TaskTracker> trackers() {
        return made(TaskTracker.class);
    }

    /**
     * The groups without those that are below another one of these: what is done to a group reaches all groups below it.
     *
     * <p>One that is a child of a group which is no bean is among them, since nobody else sees to it.
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

    /** Each object once, though it may be a bean by several names. */
    private <T> Map<String, T> made(Class<T> type) {
        Set<T> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, T> made = new LinkedHashMap<>();
        for (String name : beans.getBeanNamesForType(type, false, false)) {
            T bean = existing(name, type);
            if (bean != null && seen.add(bean)) {
                made.put(name, bean);
            }
        }
        return made;
    }

    private <T> @Nullable T existing(String name, Class<T> type) {
        Object singleton = beans.getSingleton(name);
        return type.isInstance(singleton) ? type.cast(singleton) : null;
    }
}
