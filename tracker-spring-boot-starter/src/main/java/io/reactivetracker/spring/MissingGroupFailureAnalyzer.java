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

/** Explains a missing {@link TaskGroup} bean if the starter that would create it is disabled. */
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
                        + ", which the starter does not create because reactive-tracker.enabled is false.",
                "Remove reactive-tracker.enabled or set it to true, define a bean of that type, or inject an"
                        + " ObjectProvider of it.",
                cause);
    }

    /** Before Spring Boot's analyzer, which is less specific. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
