// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

class TrackedBeansTest {

    private final DefaultListableBeanFactory factory = new DefaultListableBeanFactory();
    private final TrackedBeans beans = new TrackedBeans(factory);

    @Test
    void groupsAndTrackersHaveTheNamesOfTheirBeans() {
        TaskGroup orders = TaskGroup.builder("orders").build();
        TaskTracker imports = TaskTracker.create("imports");
        factory.registerSingleton("theOrders", orders);
        factory.registerSingleton("theImports", imports);
        assertThat(beans.groups()).containsExactly(Map.entry("theOrders", orders));
        assertThat(beans.trackers()).containsExactly(Map.entry("theImports", imports));
    }

    @Test
    void aGroupBelowAnotherBeanIsNotOneOfTheTop() {
        TaskGroup orders = TaskGroup.builder("orders").build();
        TaskGroup mails = orders.child("mails").child("welcome");
        factory.registerSingleton("mails", mails);
        factory.registerSingleton("orders", orders);
        assertThat(beans.topGroups()).containsOnlyKeys("orders");
        assertThat(beans.groups()).containsOnlyKeys("mails", "orders");
    }

    @Test
    void aGroupBelowOneThatIsNoBeanIs() {
        factory.registerSingleton("mails", TaskGroup.builder("orders").build().child("mails"));
        assertThat(beans.topGroups()).containsOnlyKeys("mails");
    }

    @Test
    void groupsOfDifferentTreesAreAllOfTheTop() {
        factory.registerSingleton("orders", TaskGroup.builder("same").build());
        factory.registerSingleton("mails", TaskGroup.builder("same").build());
        assertThat(beans.topGroups()).containsOnlyKeys("orders", "mails");
    }

    @Test
    void anObjectThatIsSeveralBeansIsOne() {
        TaskGroup orders = TaskGroup.builder("orders").build();
        factory.registerSingleton("orders", orders);
        factory.registerSingleton("sameOrders", orders);
        assertThat(beans.groups()).containsOnlyKeys("orders");
    }

    @Test
    void whatHasNotBeenMadeIsNotMade() {
        factory.registerBeanDefinition(
                "lazy",
                new RootBeanDefinition(
                        TaskGroup.class, () -> TaskGroup.builder("lazy").build()));
        assertThat(beans.groups()).isEmpty();
        assertThat(factory.containsSingleton("lazy")).isFalse();
        Object made = factory.getBean("lazy");
        assertThat(beans.groups()).containsOnlyKeys("lazy").containsValue((TaskGroup) made);
    }

    @Test
    void prototypesAreTheirUsersOwn() {
        RootBeanDefinition prototype = new RootBeanDefinition(TaskTracker.class, () -> TaskTracker.create("prototype"));
        prototype.setScope(RootBeanDefinition.SCOPE_PROTOTYPE);
        factory.registerBeanDefinition("prototype", prototype);
        Object unused = factory.getBean("prototype");
        assertThat(beans.trackers()).isEmpty();
    }

    @Test
    void beansOfAParentAreTheParents() {
        DefaultListableBeanFactory child = new DefaultListableBeanFactory(factory);
        factory.registerSingleton("orders", TaskGroup.builder("orders").build());
        assertThat(new TrackedBeans(child).groups()).isEmpty();
    }
}
