// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * Ends the tasks that a pool rejects. A pool decorates a task before it rejects it, so the task is counted already.
 */
final class RejectedSubmissions implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof ThreadPoolTaskExecutor executor) {
            ThreadPoolExecutor pool = executor.getThreadPoolExecutor();
            pool.setRejectedExecutionHandler(new Handler(pool.getRejectedExecutionHandler()));
        }
        return bean;
    }

    /** The other policies than the default return normally; what they drop without a word is unreachable then. */
    private record Handler(RejectedExecutionHandler policy) implements RejectedExecutionHandler {

        @Override
        public void rejectedExecution(Runnable task, ThreadPoolExecutor pool) {
            try {
                policy.rejectedExecution(task, pool);
            } catch (Throwable rejection) {
                if (task instanceof SubmittedCommand submitted) {
                    submitted.discard();
                }
                throw rejection;
            }
        }
    }
}
