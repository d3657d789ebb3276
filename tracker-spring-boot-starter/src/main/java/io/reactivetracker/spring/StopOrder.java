// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.Lifecycle;
import org.springframework.context.Phased;

/**
 * Makes Spring stop the drain before any bean that tasks may need.
 *
 * <p>Phases alone don't do that. Spring stops the beans of one phase in the order in which they were defined, and stops a
 * bean ahead of its phase if a bean of a higher one is stopped on which it depends. But it always stops a bean after those that
 * depend on it. So the drain is made to depend on
 *
 * <ul>
 *   <li>each bean whose phase is that of the drain or a lower one;
 *   <li>each bean of a higher phase that is a dependency, at any depth, of a bean that depends on a group or a tracker. What
 *       itself depends on a group brings tasks in, such as a listener to a message broker, and stops in its own phase.
 * </ul>
 *
 * <p>That is done when the context begins to close: nothing else than this shutdown is touched by it.
 */
final class StopOrder {

    private final ConfigurableListableBeanFactory beans;
    private final TrackedBeans tracked;

    StopOrder(ConfigurableListableBeanFactory beans, TrackedBeans tracked) {
        this.beans = beans;
        this.tracked = tracked;
    }

    /** Has this bean stopped before all others that tasks may need. */
    void putFirst(String drain, int phase) {
        Set<String> needed = neededByTasks();
        for (String found : beans.getBeanNamesForType(Lifecycle.class, false, false)) {
            // A factory bean that is stopped itself.
            String name = BeanFactoryUtils.transformedBeanName(found);
            if (!name.equals(drain)
                    && !name.equals(WebServerRequests.BEAN)
                    && beans.getSingleton(name) instanceof Lifecycle bean
                    && (phaseOf(bean) <= phase || needed.contains(name))) {
                beans.registerDependentBean(name, drain);
            }
        }
    }

    private Set<String> neededByTasks() {
        Set<String> roots = new HashSet<>(tracked.groups().keySet());
        roots.addAll(tracked.trackers().keySet());
        Set<String> bringTasks = reachable(roots, beans::getDependentBeans);
        Set<String> needed = reachable(bringTasks, beans::getDependenciesForBean);
        needed.removeAll(bringTasks);
        return needed;
    }

    private static Set<String> reachable(Set<String> roots, Function<String, String[]> next) {
        Set<String> reached = new HashSet<>(roots);
        Deque<String> open = new ArrayDeque<>(roots);
        while (!open.isEmpty()) {
            for (String name : next.apply(open.remove())) {
                if (reached.add(name)) {
                    open.add(name);
                }
            }
        }
        return reached;
    }

    private static int phaseOf(Lifecycle bean) {
        return bean instanceof Phased phased ? phased.getPhase() : 0;
    }
}
