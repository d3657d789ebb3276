// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.lang.model.util.Elements;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles the Java blocks of a page together, in this process. */
final class JavaPrograms {

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** Of all pages, so that each jar is opened once. */
    private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, Locale.ROOT, null);

    private JavaPrograms() {}

    static void compile(List<Fence> fences, CompiledPage page) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        COMPILER.getTask(
                        null,
                        new Classes(page),
                        diagnostics,
                        List.of("--release", "17", "-proc:none", "-parameters", "-g", "-cp", CompiledPage.CLASS_PATH),
                        null,
                        fences.stream().map(Source::new).toList())
                .call();
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                Fence fence = diagnostic.getSource() instanceof Source source ? source.fence : fences.get(0);
                page.addError(fence, Math.max(0, diagnostic.getLineNumber()), diagnostic.getMessage(Locale.ROOT));
            }
        }
    }

    /** Returns the types of the class path, as the compiler sees them. */
    static Elements elements() {
        List<String> options = List.of("-proc:none", "-cp", CompiledPage.CLASS_PATH);
        JavacTask task = (JavacTask) COMPILER.getTask(null, FILES, null, options, List.of("java.lang.Object"), null);
        return task.getElements();
    }

    /** A block as a source file that any public class may be in. */
    private static final class Source extends SimpleJavaFileObject {

        private final Fence fence;

        Source(Fence fence) {
            super(URI.create("string:///Line" + fence.line() + ".java"), Kind.SOURCE);
            this.fence = fence;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return fence.code();
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return true;
        }
    }

    /** Writes the classes into the page's folder, and notes which block each is from. */
    private static final class Classes extends ForwardingJavaFileManager<StandardJavaFileManager> {

        private final CompiledPage page;

        Classes(CompiledPage page) {
            super(FILES);
            this.page = page;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            if (sibling instanceof Source source) {
                page.addClass(source.fence, name);
            }
            Path file = page.classes.resolve(name.replace('.', '/') + kind.extension);
            return new SimpleJavaFileObject(file.toUri(), kind) {
                @Override
                public OutputStream openOutputStream() throws IOException {
                    Files.createDirectories(file.getParent());
                    return Files.newOutputStream(file);
                }
            };
        }

        @Override
        public void close() {
            // the jars stay open for the next page
        }
    }
}
