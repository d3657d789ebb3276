// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.PropertyResolver;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The condition of {@link ConditionalOnSwitch}. */
final class OnSwitchCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        MergedAnnotation<ConditionalOnSwitch> annotation =
                metadata.getAnnotations().get(ConditionalOnSwitch.class);
        String property = "reactive-tracker." + annotation.getString(MergedAnnotation.VALUE);
        Boolean given = valueOf(property, context.getEnvironment());
        boolean isOn = given == null ? annotation.getBoolean("byDefault") : given;
        return new ConditionOutcome(
                isOn,
                ConditionMessage.forCondition(ConditionalOnSwitch.class)
                        .because(property + " is " + (given == null ? "not set" : given)));
    }

    /** Converts the value as the binding of the properties does, so that both agree. */
    static @Nullable Boolean valueOf(String property, PropertyResolver properties) {
        try {
            return properties.getProperty(property, Boolean.class);
        } catch (ConversionException neither) {
            throw new InvalidConfigurationPropertyValueException(
                    property, properties.getProperty(property), "It must be true or false.");
        }
    }
}
