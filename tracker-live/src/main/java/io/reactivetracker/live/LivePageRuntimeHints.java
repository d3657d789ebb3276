// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Hints for a native image: the files of the page. */
final class LivePageRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        String folder = LivePageRuntimeHints.class.getPackageName().replace('.', '/');
        for (String files : new String[] {"*.html", "*.css", "*.js", "*.svg"}) {
            hints.resources().registerPattern(folder + "/" + files);
        }
    }
}
