// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.List;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.Schedules;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

/** Counts the runs of {@code @Scheduled} methods, and of other tasks of Spring's registrar, on whatever scheduler. */
final class ScheduledMethods implements SchedulingConfigurer, Ordered {

    private final BackgroundWork work;
    private final ScheduledSubscriptions subscriptions;

    ScheduledMethods(BackgroundWork work, ScheduledSubscriptions subscriptions) {
        this.work = work;
        this.subscriptions = subscriptions;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        TaskScheduler scheduler = registrar.getScheduler();
        if (scheduler != null) {
            registrar.setTaskScheduler(new CountedScheduler(scheduler, work, subscriptions));
        }
    }

    /** Last, since another configurer may set the scheduler. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    /** Finds the beans that have such methods. */
    record Beans(TaskIssuers issuers) implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
            if (AnnotationUtils.isCandidateClass(type, List.of(Scheduled.class, Schedules.class))
                    && !MethodIntrospector.selectMethods(type, Beans::isScheduled)
                            .isEmpty()) {
                issuers.add(beanName);
            }
            return bean;
        }

        private static boolean isScheduled(java.lang.reflect.Method method) {
            return AnnotatedElementUtils.hasAnnotation(method, Scheduled.class)
                    || AnnotatedElementUtils.hasAnnotation(method, Schedules.class);
        }
    }
}
