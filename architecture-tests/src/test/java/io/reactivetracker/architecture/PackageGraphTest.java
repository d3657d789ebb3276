// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code internal ← root ← group ← adapter}, shutdown plans and the recorder beside, and all else outside. */
class PackageGraphTest {

    private static final String ROOT = "io.reactivetracker";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void noPackagesDependOnEachOtherInACycle() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return SliceIdentifier.of(type.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    /** A package, and those of ours that it must not use; the root is {@code io.reactivetracker}. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ':',
            value = {
                "internal: root, group, adapter, recorder, reactor, rxjava, mutiny, kotlin, redis, micrometer, spring",
                "shutdown: adapter, recorder, reactor, rxjava, mutiny, kotlin, redis, micrometer, spring",
                "root: shutdown",
                "group: shutdown",
                "adapter: shutdown",
                "root: group, adapter, recorder, reactor, rxjava, mutiny, kotlin, redis, micrometer, spring",
                "group: adapter, recorder, reactor, rxjava, mutiny, kotlin, redis, micrometer, spring",
                "adapter: recorder, reactor, rxjava, mutiny, kotlin, redis, micrometer, spring",
                "recorder: group, adapter, reactor, rxjava, mutiny, kotlin, redis, micrometer, spring",
                "reactor: internal, rxjava, mutiny, kotlin, redis, micrometer, spring",
                "rxjava: internal, reactor, mutiny, kotlin, redis, micrometer, spring",
                "mutiny: internal, recorder, reactor, rxjava, redis, micrometer, spring",
                "kotlin: internal, recorder, reactor, rxjava, mutiny, redis, micrometer, spring, live, shutdown",
                "kotlin.internal: internal, recorder, reactor, rxjava, mutiny, redis, micrometer, spring, live, shutdown",
                "redis: group, adapter, reactor, rxjava, mutiny, kotlin, micrometer, spring",
                "micrometer: internal, redis, rxjava, mutiny, spring",
                "spring: redis, rxjava, mutiny, kotlin, live",
                "live: internal, group, adapter, recorder, reactor, rxjava, mutiny, kotlin, redis, micrometer, shutdown",
                "junit: internal, group, adapter, recorder, mutiny, kotlin, redis, micrometer, spring, live, shutdown"
            })
    void aPackageUsesOnlyThoseBelowIt(String user, String below) {
        for (String used : below.split(", ", -1)) {
            noClasses()
                    .that()
                    .resideInAPackage(packageOf(user))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(packageOf(used))
                    .check(CLASSES);
        }
    }

    @Test
    void onlyTheRecordingApiOfAnAdapterNeedsTheRecorder() {
        noClasses()
                .that()
                .resideInAnyPackage(packageOf("reactor"), packageOf("rxjava"))
                .and()
                .haveSimpleNameNotContaining("Record")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packageOf("recorder"))
                .check(CLASSES);
    }

    private static String packageOf(String name) {
        return name.equals("root") ? ROOT : ROOT + "." + name;
    }
}
