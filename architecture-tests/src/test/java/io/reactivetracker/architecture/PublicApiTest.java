// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.architecture;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.JavaTypeVariable;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The public API is the one that {@code src/api} lists, in one file for each module, so that a change of the API is
 * seen in its commit. To accept a change, run this test with {@code -Dapi.accept=true} and commit what it writes.
 */
class PublicApiTest {

    private static final String OURS = "io.reactivetracker";
    private static final Path LISTS = Path.of("src/api");
    private static final JavaClasses CLASSES = ArchConfiguration.withThreadLocalScope(configuration -> {
        configuration.setResolveMissingDependenciesFromClassPath(false); // our own classes are enough
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(OURS);
    });

    @Test
    void eachModuleHasAList() throws IOException {
        try (Stream<Path> files = Files.list(LISTS)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            modules().map(module -> module.name() + ".txt").toList());
        }
    }

    @ParameterizedTest
    @MethodSource("modules")
    void thePublicApiIsTheOneThatIsListed(ModuleDescriptor module) throws IOException {
        Path file = LISTS.resolve(module.name() + ".txt");
        List<String> actual = list(module);
        if (Boolean.getBoolean("api.accept")) {
            Files.createDirectories(LISTS);
            Files.write(file, actual);
        }
        List<String> listed = Files.exists(file) ? Files.readAllLines(file) : List.of();
        assertThat(without(listed, actual))
                .as("removed from the API of %s, which breaks its users. To accept: -Dapi.accept=true", module.name())
                .isEmpty();
        assertThat(without(actual, listed))
                .as("added to the API of %s. To accept: -Dapi.accept=true", module.name())
                .isEmpty();
    }

    /** Our modules on the class path. */
    static Stream<ModuleDescriptor> modules() throws IOException {
        List<ModuleDescriptor> modules = new ArrayList<>();
        for (URL url : Collections.list(PublicApiTest.class.getClassLoader().getResources("module-info.class"))) {
            try (InputStream in = url.openStream()) {
                modules.add(ModuleDescriptor.read(in));
            }
        }
        return modules.stream().filter(module -> module.name().startsWith(OURS));
    }

    /** One line for each type and member that users can see. Its type is in front, so each line can stand alone. */
    private static List<String> list(ModuleDescriptor module) {
        Set<String> exported = module.exports().stream()
                .filter(exports -> !exports.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
        Set<String> lines = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            if (exported.contains(type.getPackageName()) && isVisible(type)) {
                lines.add(type.getName() + ": " + describe(type));
                visibleMembers(type).forEach(member -> lines.add(type.getName() + ": " + describe(member)));
            }
        }
        return List.copyOf(lines);
    }

    private static boolean isVisible(JavaClass type) {
        return isVisible(type.getModifiers())
                && type.getEnclosingClass().map(PublicApiTest::isVisible).orElse(true);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return !modifiers.contains(JavaModifier.SYNTHETIC)
                && (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED));
    }

    /** One of ours that users cannot name. */
    private static boolean isHidden(JavaClass type) {
        return type.getPackageName().startsWith(OURS) && !isVisible(type);
    }

    /** Its own, and those that it has from types that users cannot name. */
    private static Stream<JavaMember> visibleMembers(JavaClass type) {
        Stream<JavaClass> hidden = Stream.concat(
                        type.getAllRawSuperclasses().stream(), type.getAllRawInterfaces().stream())
                .filter(PublicApiTest::isHidden);
        boolean open = !type.getModifiers().contains(JavaModifier.FINAL);
        return Stream.concat(
                        type.getMembers().stream(),
                        hidden.flatMap(superType -> superType.getMembers().stream())
                                .filter(member -> !(member instanceof JavaConstructor)))
                .filter(member -> isVisible(member.getModifiers()))
                .filter(member -> open || member.getModifiers().contains(JavaModifier.PUBLIC));
    }

    private static String describe(JavaClass type) {
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        return modifiers(type.getModifiers())
                + kind
                + parameters(type.getTypeParameters()).strip()
                + superTypes(" extends ", type.getSuperclass().stream())
                + superTypes(" implements ", type.getInterfaces().stream());
    }

    private static String describe(JavaMember member) {
        String modifiers = modifiers(member.getModifiers());
        if (member instanceof JavaField field) {
            return modifiers + field.getType().getName() + " " + field.getName();
        }
        if (member instanceof JavaMethod method) {
            return modifiers + parameters(method.getTypeParameters())
                    + method.getReturnType().getName() + " " + method.getName() + "("
                    + names(method.getParameterTypes()) + ")" + thrown(method.getExceptionTypes());
        }
        JavaConstructor constructor = (JavaConstructor) member;
        return modifiers + "new(" + names(constructor.getParameterTypes()) + ")"
                + thrown(constructor.getExceptionTypes());
    }

    private static String superTypes(String keyword, Stream<JavaType> types) {
        String names = types.filter(type -> !isHidden(type.toErasure()))
                .filter(type -> !type.toErasure().isEquivalentTo(Object.class))
                .map(JavaType::getName)
                .collect(joining(", "));
        return names.isEmpty() ? "" : keyword + names;
    }

    private static String thrown(Collection<JavaClass> types) {
        return types.isEmpty() ? "" : " throws " + names(types);
    }

    private static String modifiers(Set<JavaModifier> modifiers) {
        return Stream.of(
                        JavaModifier.PUBLIC,
                        JavaModifier.PROTECTED,
                        JavaModifier.ABSTRACT,
                        JavaModifier.STATIC,
                        JavaModifier.FINAL)
                .filter(modifiers::contains)
                .map(modifier -> modifier.name().toLowerCase(Locale.ROOT) + " ")
                .collect(joining());
    }

    private static String parameters(List<? extends JavaTypeVariable<?>> parameters) {
        return parameters.isEmpty()
                ? ""
                : parameters.stream()
                        .map(parameter -> parameter.getName() + " extends " + names(parameter.getUpperBounds()))
                        .collect(joining(", ", "<", "> "));
    }

    private static String names(Collection<? extends JavaType> types) {
        return types.stream().map(JavaType::getName).collect(joining(", "));
    }

    private static List<String> without(List<String> lines, List<String> others) {
        return lines.stream().filter(line -> !others.contains(line)).toList();
    }
}
