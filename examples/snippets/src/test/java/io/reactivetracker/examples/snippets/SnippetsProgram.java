// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs test classes; the exit status tells whether all tests passed. */
final class SnippetsProgram {

    private SnippetsProgram() {}

    /** Takes the names of the classes. */
    public static void main(String[] classes) {
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (String name : classes) {
            request.selectors(DiscoverySelectors.selectClass(name));
        }
        LauncherDiscoveryRequest all = request.build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(all, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true), 0);
        System.out.println(summary.getTestsSucceededCount() + " of " + summary.getTestsFoundCount() + " passed");
        System.exit(summary.getTestsSucceededCount() == summary.getTestsFoundCount() ? 0 : 1);
    }
}
