// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Reads annotations and configuration parameters. */
final class Settings {

    private static final Duration DEFAULT_GRACE = Duration.ofMillis(500);
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m)");

    private Settings() {}

    /** Returns the grace of a test or test class. */
    static Duration grace(ExtensionContext context) {
        for (Optional<ExtensionContext> each = Optional.of(context);
                each.isPresent();
                each = each.get().getParent()) {
            Optional<SubscriptionGrace> annotation =
                    AnnotationSupport.findAnnotation(each.get().getElement(), SubscriptionGrace.class);
            if (annotation.isPresent()) {
                return Duration.of(
                        requireNotNegative(annotation.get(), each.get()),
                        annotation.get().unit().toChronoUnit());
            }
        }
        return context.getConfigurationParameter(NoForgottenWork.GRACE)
                .map(Settings::duration)
                .orElse(DEFAULT_GRACE);
    }

    private static long requireNotNegative(SubscriptionGrace annotation, ExtensionContext context) {
        if (annotation.value() < 0) {
            throw new IllegalArgumentException("@SubscriptionGrace of " + context.getDisplayName()
                    + " must not be negative, but was " + annotation.value());
        }
        return annotation.value();
    }

    private static Duration duration(String text) {
        Matcher parts = DURATION.matcher(text.trim());
        if (!parts.matches()) {
            throw new IllegalArgumentException("configuration parameter " + NoForgottenWork.GRACE
                    + " must be a duration such as \"500 ms\" or \"2 s\", but was \"" + text + "\"");
        }
        long number = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
        };
    }

    /** Returns the parts of a configuration parameter that are separated by commas. */
    static List<String> list(ExtensionContext context, String key) {
        return context.getConfigurationParameter(key).stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(String::trim)
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
