// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.Phased;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/**
 * Closes the meter registries of an application context after the drain, so that they publish what it has counted.
 *
 * <p>A registry that pushes its meters publishes them for the last time when it is closed. Spring Boot closes all
 * registries when the context begins to close, by a listener to that event. When the context has started, this class
 * removes the listener. It calls it in the phase below that of the drain, while the beans that gauges read still exist.
 * If the context never gets to that phase, it calls it when the beans are destroyed. A context that fails to start
 * sends no such event, and Spring closes its registries as it destroys them.
 *
 * <p>Registries of a parent context belong to that one.
 */
final class ClosingMeterRegistries
        implements Lifecycle, Phased, ApplicationListener<ContextRefreshedEvent>, Ordered, DisposableBean {

    /** The name of Spring Boot's listener. */
    static final String CLOSER = "meterRegistryCloser";

    private static final String SPRING_BOOT = "org.springframework.boot.";

    private final ConfigurableApplicationContext context;
    private final int phase;

    /** Spring Boot's listener, from the start of the context until it is called. */
    private volatile @Nullable ApplicationListener<?> closer;

    /** Creates the part of an application whose tasks are drained in the phase {@code drain}. */
    ClosingMeterRegistries(ConfigurableApplicationContext context, int drain) {
        this.context = context;
        this.phase = drain == Integer.MIN_VALUE ? drain : drain - 1;
    }

    /** Takes the listener over. A child context sends this event, too, and a second call changes nothing. */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        // Created here if the application is lazy: a listener that is created later would be added then.
        if (context.getBeanFactory().containsLocalBean(CLOSER)
                && context.getBean(CLOSER) instanceof ApplicationListener<?> listener
                && closesRegistries(listener)) {
            ApplicationEventMulticaster events = context.getBean(
                    AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
                    ApplicationEventMulticaster.class);
            closer = listener;
            events.removeApplicationListenerBean(CLOSER);
            context.removeApplicationListener(listener);
        }
    }

    /** Returns false for a bean of the application with the same name, or if Spring Boot uses another event. */
    private static boolean closesRegistries(ApplicationListener<?> listener) {
        return listener.getClass().getName().startsWith(SPRING_BOOT)
                && new GenericApplicationListenerAdapter(listener)
                        .supportsEventType(ResolvableType.forClass(ContextClosedEvent.class));
    }

    /** First, since a listener that throws keeps an event from those after it. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /** Does nothing: registries are open when they are created. */
    @Override
    public void start() {}

    /** Closes the registries, unless the context may be started again. */
    @Override
    public void stop() {
        if (context.isClosed()) {
            close();
        }
    }

    @Override
    public void destroy() {
        close();
    }

    private void close() {
        @SuppressWarnings("unchecked") // checked in closesRegistries
        ApplicationListener<ContextClosedEvent> listener = (ApplicationListener<ContextClosedEvent>) closer;
        closer = null;
        if (listener != null) {
            try {
                listener.onApplicationEvent(new ContextClosedEvent(context));
            } catch (RuntimeException | Error failure) {
                // Spring closes those that are left when it destroys them.
                DrainLog.failed("the meter registries", failure);
            }
        }
    }

    @Override
    public boolean isRunning() {
        return closer != null;
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
