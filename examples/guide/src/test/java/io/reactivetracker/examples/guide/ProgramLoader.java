// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Loads a program and all libraries that it uses anew, so that it finds no state of programs before it. */
final class ProgramLoader extends URLClassLoader {

    private ProgramLoader(URL[] classPath) {
        super(classPath, ClassLoader.getPlatformClassLoader());
    }

    static ProgramLoader of(CompiledPage page) {
        try {
            List<URL> urls = new ArrayList<>();
            for (String entry : List.of(page.classPath().split(File.pathSeparator, -1))) {
                // Libraries that log are silent without a provider, and start faster.
                if (!entry.isEmpty() && !Path.of(entry).getFileName().toString().startsWith("logback-")) {
                    urls.add(Path.of(entry).toUri().toURL());
                }
            }
            return new ProgramLoader(urls.toArray(new URL[0]));
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the threads of the libraries that the program has used. */
    void endLibraries() {
        call("reactor.core.scheduler.Schedulers", "shutdownNow");
        call("io.reactivex.rxjava3.schedulers.Schedulers", "shutdown");
    }

    private void call(String type, String method) {
        Class<?> loaded = findLoadedClass(type);
        if (loaded != null) {
            try {
                loaded.getMethod(method).invoke(null);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
