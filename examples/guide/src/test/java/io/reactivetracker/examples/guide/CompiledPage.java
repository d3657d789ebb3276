// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the compilers make of the blocks of a page: classes of each block, or errors. */
final class CompiledPage {

    static final String CLASS_PATH = System.getProperty("java.class.path");

    final Page page;
    final Path classes;
    private final Map<Fence, List<String>> names = new HashMap<>();
    private final List<Complaint> errors = new ArrayList<>();

    CompiledPage(Page page) {
        this.page = page;
        this.classes = Path.of("target", "guide", page.name());
        try {
            deleteAll(classes);
            Files.createDirectories(classes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Fence> java = page.fences().stream().filter(Fence::isJava).toList();
        List<Fence> kotlin = page.fences().stream().filter(Fence::isKotlin).toList();
        if (!java.isEmpty()) {
            JavaPrograms.compile(java, this);
        }
        if (!kotlin.isEmpty()) {
            KotlinPrograms.compile(kotlin, this);
        }
    }

    /**
     * A compiler's complaint.
     *
     * @param line the number of the line in the page
     */
    record Complaint(Fence fence, long line, String message) {}

    void addClass(Fence fence, String name) {
        names.computeIfAbsent(fence, key -> new ArrayList<>()).add(name);
    }

    void addError(Fence fence, long lineOfBlock, String message) {
        errors.add(new Complaint(fence, fence.line() + lineOfBlock, message));
    }

    List<String> classesOf(Fence fence) {
        return names.getOrDefault(fence, List.of());
    }

    /** Returns the errors of a block, one per line, as {@code page:line: message}. */
    String errorsOf(Fence fence) {
        StringBuilder text = new StringBuilder();
        for (Complaint error : errors) {
            if (error.fence.equals(fence)) {
                text.append(String.format("%ndocs/%s:%d: %s", page.name(), error.line, error.message));
            }
        }
        return text.toString();
    }

    boolean hasErrors() {
        return !errors.isEmpty();
    }

    /** Returns the class path with the page's own classes first. */
    String classPath() {
        return classes + File.pathSeparator + CLASS_PATH;
    }

    private static void deleteAll(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
