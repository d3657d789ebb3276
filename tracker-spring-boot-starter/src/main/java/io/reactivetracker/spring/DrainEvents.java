// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.Ordered;

/** Tells the drain of an application context when that is whole, and puts it in its place when that begins to close. */
final class DrainEvents implements ApplicationListener<ApplicationContextEvent>, Ordered {

    private final DrainLifecycle drain;
    private final String nameOfDrain;
    private final StopOrder order;
    private final ApplicationContext context;

    DrainEvents(DrainLifecycle drain, String nameOfDrain, StopOrder order, ApplicationContext context) {
        this.drain = drain;
        this.nameOfDrain = nameOfDrain;
        this.order = order;
        this.context = context;
    }

    @Override
    public void onApplicationEvent(ApplicationContextEvent event) {
        // Those of child contexts come here as well.
        if (!event.getApplicationContext().equals(context)) {
            return;
        }
        if (event instanceof ContextRefreshedEvent) {
            drain.contextIsRefreshed();
        } else if (event instanceof ContextClosedEvent) {
            putFirst();
        }
    }

    /** The phase is left as what holds the order, if this fails. */
    private void putFirst() {
        try {
            order.putFirst(nameOfDrain, drain.getPhase());
        } catch (RuntimeException failure) {
            DrainLog.failed("the beans that tasks need, in their order,", failure);
        }
    }

    /** Before all others: one that throws keeps the event from those behind it. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
