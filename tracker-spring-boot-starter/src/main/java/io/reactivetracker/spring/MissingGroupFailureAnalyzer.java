// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.TaskGroup;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/** Says why there is no {@link TaskGroup} to inject, where the starter would make one and is switched off. */
final class MissingGroupFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException>
        implements Ordered {

    private final Environment environment;

    MissingGroupFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable root, NoSuchBeanDefinitionException cause) {
        if (cause instanceof NoUniqueBeanDefinitionException
                || !TaskGroup.class.equals(cause.getBeanType())
                || !Boolean.FALSE.equals(OnSwitchCondition.valueOf("reactive-tracker.enabled", environment))) {
            return null;
        }
        return new FailureAnalysis(
                "A bean needs a " + TaskGroup.class.getName()
                        + ", which the starter does not make, as reactive-tracker.enabled is false.",
                "Leave reactive-tracker.enabled out or set it to true, define a bean of that type, or ask for an"
                        + " ObjectProvider of it.",
                cause);
    }

    /** Before Spring Boot's, which knows less. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
