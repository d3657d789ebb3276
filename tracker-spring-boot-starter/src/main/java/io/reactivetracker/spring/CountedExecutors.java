// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.ConcurrentTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * Counts what is submitted to the executors that a property names and Spring Boot has not built.
 *
 * <p>Spring's executors get the decorator. Others are replaced by one that decorates; their beans have then the type
 * {@code Executor} or {@code ExecutorService}, whatever their class.
 */
final class CountedExecutors implements BeanPostProcessor, SmartInitializingSingleton {

    static final String PROPERTY = "reactive-tracker.background.executors";

    private final List<String> names;
    private final Supplier<TaskDecorator> decorator;
    private final ListableBeanFactory beans;

    CountedExecutors(List<String> names, Supplier<TaskDecorator> decorator, ListableBeanFactory beans) {
        this.names = names;
        this.decorator = decorator;
        this.beans = beans;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (names.contains(beanName)) {
            if (bean instanceof ThreadPoolTaskExecutor executor) {
                executor.setTaskDecorator(decorator.get());
            } else if (bean instanceof SimpleAsyncTaskExecutor executor) {
                executor.setTaskDecorator(decorator.get());
            } else if (bean instanceof ConcurrentTaskExecutor executor) {
                executor.setTaskDecorator(decorator.get());
            }
        }
        return bean;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!names.contains(beanName) || isOfSpring(bean)) {
            return bean;
        }
        if (bean instanceof ScheduledExecutorService || bean instanceof TaskScheduler) {
            throw invalid(beanName, "It is a scheduler; only the runs of @Scheduled methods can be counted.");
        }
        if (bean instanceof ExecutorService executor) {
            return new DecoratingExecutorService(executor, decorator.get());
        }
        if (bean instanceof Executor executor) {
            return (Executor) command ->
                    DecoratingExecutorService.execute(executor, decorator.get().decorate(command));
        }
        throw invalid(beanName, "It is no Executor, but a " + bean.getClass().getName() + ".");
    }

    private static boolean isOfSpring(Object bean) {
        boolean hasDecorator = bean instanceof ThreadPoolTaskExecutor
                || bean instanceof ConcurrentTaskExecutor
                || bean instanceof SimpleAsyncTaskExecutor;
        return hasDecorator && !(bean instanceof TaskScheduler);
    }

    @Override
    public void afterSingletonsInstantiated() {
        for (String name : names) {
            if (!beans.containsBean(name)) {
                throw invalid(
                        name,
                        "There is no such bean; the executors are "
                                + List.of(beans.getBeanNamesForType(Executor.class, true, false)) + ".");
            }
        }
    }

    private static InvalidConfigurationPropertyValueException invalid(@Nullable String name, String reason) {
        return new InvalidConfigurationPropertyValueException(PROPERTY, name, reason);
    }
}
