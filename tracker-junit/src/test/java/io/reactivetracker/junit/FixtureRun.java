// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs classes with tests, in this process or, by {@link #main}, in one of its own. */
final class FixtureRun {

    private static final Map<String, String> NO_GRACE = Map.of(NoForgottenWork.GRACE, "0 ms");

    private FixtureRun() {}

    /** Prints the results of the classes. */
    public static void main(String[] fixtures) throws ClassNotFoundException {
        for (String fixture : fixtures) {
            run(Class.forName(fixture)).forEach(System.out::println);
        }
    }

    static List<String> run(Class<?>... fixtures) {
        return run(NO_GRACE, fixtures);
    }

    /**
     * Returns one line for each test, and for each class that failed, without ages and numbers of lines: the name, and
     * {@code ok}, or the message of the failure and those of its suppressed exceptions.
     */
    static List<String> run(Map<String, String> parameters, Class<?>... fixtures) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(
                        Stream.of(fixtures).map(fixture -> selectClass(fixture)).toList())
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
                .configurationParameters(parameters)
                .build();
        Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .build());
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        launcher.execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest() || result.getThrowable().isPresent()) {
                    lines.add(test.getDisplayName() + ": "
                            + result.getThrowable().map(FixtureRun::described).orElse("ok"));
                }
            }
        });
        return List.copyOf(lines);
    }

    private static String described(Throwable failure) {
        StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage())
                .replaceAll(" \\(\\d+\\.\\d s\\)", "")
                .replaceAll(":\\d+", ":N"));
        for (Throwable suppressed : failure.getSuppressed()) {
            text.append(" + ").append(described(suppressed));
        }
        return text.toString();
    }
}
