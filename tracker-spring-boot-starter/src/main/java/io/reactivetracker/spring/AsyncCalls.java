// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;

/** The two interceptors around Spring's interceptor of an {@code @Async} method. */
final class AsyncCalls {

    private AsyncCalls() {}

    /** Counts the call, in the thread of the caller, until the executor has refused it or has run it. */
    record Submission(Supplier<BackgroundWork> work) implements MethodInterceptor {

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            BackgroundTask task =
                    invocation instanceof ProxyMethodInvocation ? work.get().submit(nameOf(invocation)) : null;
            if (task == null) {
                return invocation.proceed();
            }
            Call call = new Call(task);
            SubmittedCommand.endIfDropped(call, task);
            ((ProxyMethodInvocation) invocation).setUserAttribute(Call.class.getName(), call);
            CountedSubmission.mark();
            try {
                return invocation.proceed();
            } catch (Throwable rejection) {
                task.discard();
                throw rejection;
            } finally {
                boolean unusedIsMarked = CountedSubmission.takeMark();
            }
        }

        private static String nameOf(MethodInvocation invocation) {
            Object target = invocation.getThis();
            Class<?> type =
                    target == null ? invocation.getMethod().getDeclaringClass() : AopUtils.getTargetClass(target);
            return TaskNames.ofMethod(type, invocation.getMethod());
        }
    }

    /** Runs the method as the task of the call, in the thread of the executor. */
    static final class Run implements MethodInterceptor {

        @Override
        @SuppressWarnings("NullAway") // the result of a body may be null
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            Object call = invocation instanceof ProxyMethodInvocation proxied
                    ? proxied.getUserAttribute(Call.class.getName())
                    : null;
            if (!(call instanceof Call counted)) {
                return invocation.proceed();
            }
            // An executor may run the method in the thread of the caller.
            boolean unusedIsMarked = CountedSubmission.takeMark();
            BackgroundTask task = counted.task();
            return switch (task.begin()) {
                case COUNTED -> task.run(() -> untilItsEnd(invocation.proceed()));
                case UNCOUNTED -> invocation.proceed();
                case CANCELLED -> {
                    // Its caller may wait for it. A failure of a method without a result would only be logged.
                    if (Future.class.isAssignableFrom(invocation.getMethod().getReturnType())) {
                        throw task.task().cancellation();
                    }
                    yield null;
                }
            };
        }

        /**
         * Waits for the future that a method returns, as Spring does next, in the same thread and with the same end.
         */
        private static @Nullable Object untilItsEnd(@Nullable Object result) throws Exception {
            if (result instanceof Future<?> future) {
                Object unused = future.get();
            }
            return result;
        }
    }

    /** A call, reachable as long as it may run. Not a record: what counts is which object it is. */
    private static final class Call {

        private final BackgroundTask task;

        Call(BackgroundTask task) {
            this.task = task;
        }

        BackgroundTask task() {
            return task;
        }
    }
}
