// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.Arrays;
import java.util.function.Supplier;
import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Counts the calls of {@code @Async} methods, on whatever executor they run.
 *
 * <p>Spring runs such a method by an interceptor in the proxy of its bean. This adds an interceptor before that one,
 * which runs in the thread of the caller, and one after it, which runs in the thread of the executor:
 *
 * <pre>
 *  caller ─→ AsyncCalls.Submission ─→ Spring's interceptor ═ executor ═→ AsyncCalls.Run ─→ the method
 * </pre>
 *
 * <p>It is neither {@code Ordered} nor {@code PriorityOrdered}, so it comes after the processor that adds Spring's
 * interceptor. It creates no proxy.
 */
final class AsyncMethods implements BeanPostProcessor {

    private final Supplier<BackgroundWork> work;
    private final TaskIssuers issuers;

    AsyncMethods(Supplier<BackgroundWork> work, TaskIssuers issuers) {
        this.work = work;
        this.issuers = issuers;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof Advised proxy && !proxy.isFrozen()) {
            Advisor[] advisors = proxy.getAdvisors();
            boolean isNew = Arrays.stream(advisors).noneMatch(advisor -> advisor.getAdvice() instanceof AsyncCalls.Run);
            for (int i = 0; isNew && i < advisors.length; i++) {
                if (advisors[i] instanceof PointcutAdvisor advisor
                        && advisor.getAdvice() instanceof AsyncExecutionInterceptor) {
                    Pointcut methods = advisor.getPointcut();
                    proxy.addAdvisor(i, new DefaultPointcutAdvisor(methods, new AsyncCalls.Submission(work)));
                    proxy.addAdvisor(i + 2, new DefaultPointcutAdvisor(methods, new AsyncCalls.Run()));
                    issuers.add(beanName);
                    break;
                }
            }
        }
        return bean;
    }
}
