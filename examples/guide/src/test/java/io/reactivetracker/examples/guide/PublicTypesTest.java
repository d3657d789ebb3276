// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Element;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;
import org.junit.jupiter.api.Test;

/** Tests that the guide mentions each public type that the published modules export. */
class PublicTypesTest {

    private static final String PREFIX = "io.reactivetracker";

    /** Reads classes without loading them, since some need libraries that are optional. */
    private static final Elements ELEMENTS = JavaPrograms.elements();

    @Test
    void eachIsMentioned() {
        String guide =
                Page.all().stream().flatMap(page -> page.lines().stream()).collect(Collectors.joining("\n"));
        Map<String, List<String>> missing = new TreeMap<>();
        for (ModuleReference module : modules()) {
            for (String type : exportedTypes(module)) {
                if (!isMentioned(type, guide)) {
                    missing.computeIfAbsent(module.descriptor().name(), key -> new ArrayList<>())
                            .add(type);
                }
            }
        }
        assertThat(missing)
                .as("public types that no page of the guide mentions")
                .isEmpty();
    }

    @Test
    void theModulesAreFoundWithTheirTypes() {
        List<String> types = new ArrayList<>();
        for (ModuleReference module : modules()) {
            types.addAll(exportedTypes(module));
        }
        assertThat(modules()).hasSize(12);
        assertThat(types).contains("TaskTracker", "ReactorTracking", "RedisRecordStore", "Decision.Retry");
    }

    private static Set<ModuleReference> modules() {
        Path[] entries = Stream.of(CompiledPage.CLASS_PATH.split(File.pathSeparator, -1))
                .filter(entry -> entry.matches(".*tracker.*"))
                .map(Path::of)
                .toArray(Path[]::new);
        return ModuleFinder.of(entries).findAll().stream()
                .filter(module -> module.descriptor().name().startsWith(PREFIX)
                        && !module.descriptor().isAutomatic())
                .collect(Collectors.toSet());
    }

    /** Returns the names without the package; those of nested types follow their outer type and a dot. */
    private static List<String> exportedTypes(ModuleReference module) {
        List<String> types = new ArrayList<>();
        for (ModuleDescriptor.Exports exported : module.descriptor().exports()) {
            if (!exported.isQualified()) {
                String name = exported.source();
                addPublic(ELEMENTS.getPackageElement(name), name.length() + 1, types);
            }
        }
        return types;
    }

    private static void addPublic(Element owner, int lengthOfPrefix, List<String> types) {
        for (Element element : owner.getEnclosedElements()) {
            if (element instanceof TypeElement type && type.getModifiers().contains(Modifier.PUBLIC)) {
                types.add(type.getQualifiedName().toString().substring(lengthOfPrefix));
                addPublic(type, lengthOfPrefix, types);
            }
        }
    }

    /** A nested type may be mentioned by its own name, unless that is a word which many types have. */
    private static boolean isMentioned(String type, String guide) {
        String own = type.substring(type.lastIndexOf('.') + 1);
        String name = own.equals("Builder") ? type : own;
        return Pattern.compile("\\b" + Pattern.quote(name) + "\\b")
                .matcher(guide)
                .find();
    }
}
