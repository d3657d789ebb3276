// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.group.TaskGroup;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;
import org.springframework.core.task.TaskDecorator;

/**
 * Auto-configuration that counts what Spring runs in the background, if {@code reactive-tracker.background.enabled} is
 * true: {@code @Async} and {@code @Scheduled} methods, and what is submitted to Spring Boot's executors.
 *
 * <p>The group that counts it is the bean {@code backgroundGroup}, which is injected only by name.
 */
@AutoConfiguration(after = ReactiveTrackerAutoConfiguration.class)
@ConditionalOnBean(TrackedBeans.class)
@ConditionalOnSwitch(value = "background.enabled", byDefault = false)
public final class BackgroundAutoConfiguration {

    private static final String GROUP = "backgroundGroup";
    private static final String DECORATOR = "backgroundTaskDecorator";

    /** Called by Spring. */
    public BackgroundAutoConfiguration() {}

    @Bean(name = GROUP, defaultCandidate = false)
    TaskGroup backgroundGroup(ObjectProvider<TaskTimer> timer) {
        return TaskGroup.builder(BackgroundWork.NAME)
                .timer(timer.getIfUnique(TaskTimer::system))
                .build();
    }

    @Bean
    BackgroundWork backgroundWork(@Qualifier(GROUP) TaskGroup group) {
        return new BackgroundWork(group);
    }

    /** Spring Boot gives all decorators to its executors. An application that injects one gets its own. */
    @Bean(DECORATOR)
    @Fallback
    TaskDecorator backgroundTaskDecorator(BackgroundWork work, BeanFactory beans) {
        return new CountingTaskDecorator(
                work,
                AutoConfigurationPackages.has(beans) ? new CallSites(AutoConfigurationPackages.get(beans)) : null);
    }

    @Bean
    static CountedExecutors countedExecutors(
            Environment environment,
            @Qualifier(DECORATOR) ObjectProvider<TaskDecorator> decorator,
            ConfigurableListableBeanFactory beans) {
        List<String> names = Binder.get(environment)
                .bind(CountedExecutors.PROPERTY, Bindable.listOf(String.class))
                .orElseGet(List::of);
        return new CountedExecutors(names, decorator::getObject, beans);
    }

    @Bean
    static RejectedSubmissions rejectedSubmissions() {
        return new RejectedSubmissions();
    }

    @Bean
    static AsyncMethods asyncMethods(ObjectProvider<BackgroundWork> work, ConfigurableListableBeanFactory beans) {
        return new AsyncMethods(work::getObject, new TaskIssuers(beans, GROUP));
    }

    @Bean
    static ScheduledMethods.Beans scheduledMethodBeans(ConfigurableListableBeanFactory beans) {
        return new ScheduledMethods.Beans(new TaskIssuers(beans, GROUP));
    }

    @Bean
    ScheduledSubscriptions scheduledSubscriptions() {
        return new ScheduledSubscriptions();
    }

    @Bean
    ScheduledMethods scheduledMethods(BackgroundWork work, ScheduledSubscriptions subscriptions) {
        return new ScheduledMethods(work, subscriptions);
    }

    @Bean
    SubscriptionHook scheduledSubscriptionHook(ScheduledSubscriptions subscriptions) {
        return new SubscriptionHook(subscriptions::install);
    }
}
