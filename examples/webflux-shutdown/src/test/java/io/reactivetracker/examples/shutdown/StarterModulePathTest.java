// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The starter on a module path, as in an application with a {@code module-info.java}; without web server, actuator and
 * meters. And the live page, with the actuator.
 */
class StarterModulePathTest {

    private static final List<String> NEEDED = List.of(
            "tracker-core",
            "tracker-reactor",
            "tracker-spring-boot-starter",
            "reactor-core",
            "reactive-streams",
            "spring-aop",
            "spring-beans",
            "spring-boot-4",
            "spring-boot-autoconfigure-4",
            "spring-context",
            "spring-core",
            "spring-expression",
            "commons-logging",
            "micrometer-commons",
            "micrometer-observation");

    private static final List<String> NEEDED_FOR_PAGE =
            List.of("tracker-live", "spring-boot-actuator-4", "spring-boot-actuator-autoconfigure-4");

    @Test
    void thePageReadsItsFiles() throws Exception {
        ModuleLayer layer = layer(
                "io.reactivetracker.live",
                Stream.concat(NEEDED.stream(), NEEDED_FOR_PAGE.stream()).toList());
        Module module = layer.findModule("io.reactivetracker.live").orElseThrow();
        assertThat(module.getDescriptor().isAutomatic()).isFalse();
        ClassLoader loader = layer.findLoader("io.reactivetracker.live");
        assertThat(Class.forName("io.reactivetracker.live.PageFile", true, loader)
                        .getModule())
                .isEqualTo(module);
    }

    @Test
    void givesAnApplicationItsGroup() throws Exception {
        ModuleLayer layer = layer("io.reactivetracker.spring", NEEDED);
        assertThat(layer.findModule("io.reactivetracker.spring")
                        .orElseThrow()
                        .getDescriptor()
                        .isAutomatic())
                .isFalse();
        assertThat(layer.findModule("io.reactivetracker.micrometer")).isEmpty();
        ClassLoader loader = layer.findLoader("io.reactivetracker.spring");
        Class<?> contextType =
                loader.loadClass("org.springframework.context.annotation.AnnotationConfigApplicationContext");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            thread.setContextClassLoader(loader);
            Class<?>[] configuration = {loader.loadClass("io.reactivetracker.spring.ReactiveTrackerAutoConfiguration")};
            Object context = contextType.getConstructor(Class[].class).newInstance((Object) configuration);
            Object group = contextType
                    .getMethod("getBean", Class.class)
                    .invoke(context, loader.loadClass("io.reactivetracker.group.TaskGroup"));
            assertThat(group.getClass().getModule().getName()).isEqualTo("io.reactivetracker");
            assertThat(group.getClass().getMethod("isClosed").invoke(group)).isEqualTo(false);

            contextType.getMethod("close").invoke(context);

            assertThat(group.getClass().getMethod("isClosed").invoke(group)).isEqualTo(true);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static ModuleLayer layer(String root, List<String> needed) {
        Path[] jars = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> needed.stream().anyMatch(entry::contains))
                .map(Path::of)
                .toArray(Path[]::new);
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration =
                boot.configuration().resolve(ModuleFinder.of(jars), ModuleFinder.of(), Set.of(root));
        return boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
    }
}
