// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jetbrains.kotlin.cli.common.arguments.K2JVMCompilerArguments;
import org.jetbrains.kotlin.cli.common.messages.CompilerMessageSeverity;
import org.jetbrains.kotlin.cli.common.messages.CompilerMessageSourceLocation;
import org.jetbrains.kotlin.cli.common.messages.MessageCollector;
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler;
import org.jetbrains.kotlin.config.Services;
import org.jspecify.annotations.Nullable;

/** Compiles the Kotlin blocks of a page together, after its Java blocks, in this process. */
final class KotlinPrograms {

    private KotlinPrograms() {}

    static void compile(List<Fence> fences, CompiledPage page) {
        try {
            Map<String, Fence> sources = new HashMap<>();
            for (Fence fence : fences) {
                Path file = page.classes.resolve("Line" + fence.line() + ".kt").toAbsolutePath();
                Files.writeString(file, fence.code());
                sources.put(file.toString(), fence);
            }
            K2JVMCompilerArguments arguments = new K2JVMCompilerArguments();
            arguments.setFreeArgs(new ArrayList<>(sources.keySet()));
            arguments.setDestination(page.classes.toString());
            arguments.setClasspath(page.classPath());
            arguments.setNoStdlib(true);
            arguments.setNoReflect(true);
            arguments.setJvmTarget("17");
            arguments.setModuleName("guide");
            new K2JVMCompiler().exec(new Errors(page, sources, fences.get(0)), Services.EMPTY, arguments);
            addClasses(fences, page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the classes that hold the functions of a file; it is one of them that has the main function. */
    private static void addClasses(List<Fence> fences, CompiledPage page) throws IOException {
        try (Stream<Path> files = Files.walk(page.classes)) {
            for (Path file : files.toList()) {
                for (Fence fence : fences) {
                    if (file.endsWith("Line" + fence.line() + "Kt.class")) {
                        String name = page.classes.relativize(file).toString();
                        page.addClass(
                                fence,
                                name.substring(0, name.length() - ".class".length())
                                        .replace(file.getFileSystem().getSeparator(), "."));
                    }
                }
            }
        }
    }

    private static final class Errors implements MessageCollector {

        private final CompiledPage page;
        private final Map<String, Fence> sources;
        private final Fence first;
        private boolean found;

        Errors(CompiledPage page, Map<String, Fence> sources, Fence first) {
            this.page = page;
            this.sources = sources;
            this.first = first;
        }

        @Override
        public void report(
                CompilerMessageSeverity severity, String message, @Nullable CompilerMessageSourceLocation location) {
            if (severity.isError()) {
                found = true;
                Fence fence = location == null ? first : sources.getOrDefault(location.getPath(), first);
                page.addError(fence, location == null ? 0 : location.getLine(), message);
            }
        }

        @Override
        public boolean hasErrors() {
            return found;
        }

        @Override
        public void clear() {
            found = false;
        }
    }
}
