// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

/** Reads the files of the page from this package. */
final class PageFile {

    private static final String TEMPLATE = new String(read("index.html"), StandardCharsets.UTF_8);

    private PageFile() {}

    static Resource resource(String name) {
        return new ByteArrayResource(read(name), name);
    }

    /** Returns the page with its addresses. */
    static Resource page(PagePaths paths) {
        String page = TEMPLATE.replace("{files}", escape(paths.files())).replace("{tasks}", escape(paths.tasks()));
        return new ByteArrayResource(page.getBytes(StandardCharsets.UTF_8), "index.html");
    }

    /** For the value of an attribute. */
    private static String escape(String path) {
        return path.replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
    }

    private static byte[] read(String name) {
        try (InputStream file = PageFile.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is missing in the jar of tracker-live");
            }
            return file.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException("failed to read " + name, failure);
        }
    }
}
