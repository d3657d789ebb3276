// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that counts the application's own fire-and-forget subscriptions, if {@code
 * reactive-tracker.track-subscriptions} is true.
 *
 * <p>The tracker that counts them is the bean {@code subscriptionTracker}, which is injected only by name.
 */
@AutoConfiguration(after = ReactiveTrackerAutoConfiguration.class)
@ConditionalOnBean(TrackedBeans.class)
@ConditionalOnSwitch(value = "track-subscriptions", byDefault = false)
public final class TrackSubscriptionsAutoConfiguration {

    /** Called by Spring. */
    public TrackSubscriptionsAutoConfiguration() {}

    @Bean
    CountedSubscriptions countedSubscriptions(ReactiveTrackerProperties properties, BeanFactory beans) {
        return new CountedSubscriptions(new CallSites(packages(properties.trackSubscriptionsIn(), beans)));
    }

    @Bean(defaultCandidate = false)
    TaskTracker subscriptionTracker(CountedSubscriptions subscriptions) {
        return subscriptions.tracker();
    }

    @Bean
    SubscriptionHook subscriptionHook(CountedSubscriptions subscriptions) {
        return new SubscriptionHook(subscriptions::install);
    }

    private static List<String> packages(List<String> given, BeanFactory beans) {
        List<String> packages =
                given.isEmpty() && AutoConfigurationPackages.has(beans) ? AutoConfigurationPackages.get(beans) : given;
        if (packages.isEmpty()) {
            throw new InvalidConfigurationPropertyValueException(
                    "reactive-tracker.track-subscriptions-in",
                    given,
                    "The packages of the application are unknown; set this property.");
        }
        return packages;
    }
}
