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
 * <p>Phases are not enough. Spring stops the beans of one phase in the order of their definition, and stops a bean
 * ahead of its phase together with a bean of a higher phase on which it depends. But it always stops a bean after its
 * dependents. So the drain is made to depend on
 *
 * <ul>
 *   <li>each bean whose phase is that of the drain or a lower one;
 *   <li>each bean of a higher phase that is a dependency, at any depth, of a bean that depends on a group or a tracker.
 *       A bean that itself depends on a group issues tasks, such as a listener of a message broker, and stops in its
 *       own phase.
 * </ul>
 *
 * <p>The dependencies are added when the context begins to close, so they affect only that shutdown.
 */
final class StopOrder {

    private final ConfigurableListableBeanFactory beans;
    private final TrackedBeans tracked;

    StopOrder(ConfigurableListableBeanFactory beans, TrackedBeans tracked) {
        this.beans = beans;
        this.tracked = tracked;
    }

    /** Makes Spring stop the bean {@code drain}, of this phase, before all beans that tasks may need. */
    void putFirst(String drain, int phase) {
        Set<String> needed = neededByTasks();
        for (String found : beans.getBeanNamesForType(Lifecycle.class, false, false)) {
            // The prefix of a factory bean that is a Lifecycle itself.
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
        Set<String> issueTasks = reachable(roots, beans::getDependentBeans);
        Set<String> needed = reachable(issueTasks, beans::getDependenciesForBean);
        needed.removeAll(issueTasks);
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
