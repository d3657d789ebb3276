// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.redistest.RedisServer;
import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests the published modules on a module path, as in an application with a {@code module-info.java}. */
class ModulePathTest {

    private static final List<String> NEEDED =
            List.of("tracker-core", "tracker-reactor", "tracker-rxjava", "reactor-core", "rxjava", "reactive-streams");

    private static final List<String> NEEDED_FOR_METERS = List.of(
            "tracker-core", "tracker-micrometer", "micrometer-core", "micrometer-observation", "micrometer-commons");

    private static final List<String> NEEDED_FOR_JUNIT = List.of(
            "tracker-core",
            "tracker-reactor",
            "tracker-junit",
            "reactor-core",
            "reactive-streams",
            "junit-jupiter-api",
            "junit-platform-commons",
            "opentest4j");

    private static final List<String> NEEDED_FOR_KOTLIN =
            List.of("tracker-core", "tracker-kotlin", "kotlin-stdlib", "kotlinx-coroutines-core-jvm", "annotations-");

    private static final List<String> NEEDED_FOR_REDIS = List.of(
            "tracker-core",
            "tracker-recorder",
            "tracker-redis",
            "reactor-core",
            "reactive-streams",
            "lettuce-core",
            "redis-authx",
            "netty-",
            "slf4j-api");

    @Test
    void resolveByTheirNamesAndWorkTogether() throws Exception {
        ModuleLayer layer = layerOf("io.reactivetracker.reactor", "io.reactivetracker.rxjava");

        assertThat(track(layer, "reactor", "ReactorTracking")).isInstanceOf(UnaryOperator.class);
        assertThat(track(layer, "rxjava", "RxTracking")).isNotNull();
    }

    @Test
    void exportTheirApiAndKeepTheRest() throws Exception {
        ModuleLayer layer = layerOf("io.reactivetracker.reactor", "io.reactivetracker.rxjava");
        Module core = layer.findModule("io.reactivetracker").orElseThrow();

        assertThat(core.isExported("io.reactivetracker")).isTrue();
        assertThat(core.isExported("io.reactivetracker.adapter")).isTrue();
        assertThat(core.isExported(
                        "io.reactivetracker.internal",
                        layer.findModule("io.reactivetracker.rxjava").orElseThrow()))
                .isFalse();
    }

    @Test
    void trackMutinyWithoutReactor() throws Exception {
        ModuleLayer layer = layerOf(
                List.of("tracker-core", "tracker-mutiny", "mutiny-", "smallrye-common", "jctools"),
                "io.reactivetracker.mutiny");

        assertThat(layer.findModule("reactor.core")).isEmpty();
        assertThat(track(layer, "mutiny", "MutinyTracking")).isInstanceOf(UnaryOperator.class);
    }

    @Test
    void trackCoroutinesWithoutAReactiveLibrary() throws Exception {
        ModuleLayer layer = layerOf(NEEDED_FOR_KOTLIN, "io.reactivetracker.kotlin");
        assertThat(layer.findModule("reactor.core")).isEmpty();
        assertThat(layer.findModule("io.reactivex.rxjava3")).isEmpty();
        ClassLoader loader = layer.findLoader("io.reactivetracker.kotlin");
        Class<?> trackerType = loader.loadClass("io.reactivetracker.TaskTracker");
        Object tracker = trackerType.getMethod("create").invoke(null);
        Class<?> flowType = loader.loadClass("kotlinx.coroutines.flow.Flow");
        Object flow = loader.loadClass("kotlinx.coroutines.flow.FlowKt")
                .getMethod("emptyFlow")
                .invoke(null);

        assertThat(loader.loadClass("io.reactivetracker.kotlin.CoroutineTracking")
                        .getMethod("untilClosed", flowType, trackerType)
                        .invoke(null, flow, tracker))
                .isInstanceOf(flowType);
        assertThat(layer.findModule("io.reactivetracker.kotlin")
                        .orElseThrow()
                        .isExported("io.reactivetracker.kotlin.internal"))
                .isFalse();
    }

    @Test
    void keepTheTypesOfReactorInKotlin() throws Exception {
        List<String> both =
                Stream.concat(NEEDED.stream(), NEEDED_FOR_KOTLIN.stream()).toList();
        ModuleLayer layer = layerOf(both, "io.reactivetracker.kotlin", "io.reactivetracker.reactor");
        ClassLoader loader = layer.findLoader("io.reactivetracker.kotlin");
        Class<?> trackerType = loader.loadClass("io.reactivetracker.TaskTracker");
        Class<?> monoType = loader.loadClass("reactor.core.publisher.Mono");
        Object mono = monoType.getMethod("empty").invoke(null);

        assertThat(loader.loadClass("io.reactivetracker.kotlin.reactor.ReactorPipelines")
                        .getMethod("trackWith", monoType, trackerType, String.class)
                        .invoke(null, mono, trackerType.getMethod("create").invoke(null), "one"))
                .isInstanceOf(monoType);
    }

    @Test
    void haveMetersWithoutAReactiveLibrary() throws Exception {
        ModuleLayer layer = layerOf(NEEDED_FOR_METERS, "io.reactivetracker.micrometer");
        assertThat(layer.findModule("reactor.core")).isEmpty();
        ClassLoader loader = layer.findLoader("io.reactivetracker.micrometer");
        Class<?> trackerType = loader.loadClass("io.reactivetracker.TaskTracker");
        Object tracker = trackerType.getMethod("create", String.class).invoke(null, "imports");
        Object registry = loader.loadClass("io.micrometer.core.instrument.simple.SimpleMeterRegistry")
                .getConstructor()
                .newInstance();
        Class<?> registryType = loader.loadClass("io.micrometer.core.instrument.MeterRegistry");
        Class<?> metricsType = loader.loadClass("io.reactivetracker.micrometer.TaskTrackerMetrics");
        Object metrics = metricsType.getConstructor(trackerType).newInstance(tracker);

        metricsType.getMethod("bindTo", registryType).invoke(metrics, registry);

        assertThat((List<?>) registryType.getMethod("getMeters").invoke(registry))
                .hasSize(4);
    }

    @Test
    void observeWhereThereIsReactor() throws Exception {
        List<String> both =
                Stream.concat(NEEDED.stream(), NEEDED_FOR_METERS.stream()).toList();
        ModuleLayer layer = layerOf(both, "io.reactivetracker.micrometer", "io.reactivetracker.reactor");
        ClassLoader loader = layer.findLoader("io.reactivetracker.micrometer");
        Class<?> registryType = loader.loadClass("io.micrometer.observation.ObservationRegistry");
        Class<?> trackerType = loader.loadClass("io.reactivetracker.TaskTracker");
        Class<?> observedType = loader.loadClass("io.reactivetracker.micrometer.ObservedTracking");
        Object observed = observedType
                .getMethod("of", registryType)
                .invoke(null, registryType.getMethod("create").invoke(null));
        Object tracker = trackerType.getMethod("create").invoke(null);

        assertThat(observedType.getMethod("trackWith", trackerType).invoke(observed, tracker))
                .isInstanceOf(UnaryOperator.class);
    }

    @Test
    void extendJUnitWithOnlyOneReactiveLibrary() throws Exception {
        ModuleLayer layer = layerOf(NEEDED_FOR_JUNIT, "io.reactivetracker.junit", "io.reactivetracker.reactor");
        assertThat(layer.findModule("io.reactivex.rxjava3")).isEmpty();
        Class<?> extensionType =
                layer.findLoader("org.junit.jupiter.api").loadClass("org.junit.jupiter.api.extension.Extension");
        ModuleDescriptor descriptor =
                layer.findModule("io.reactivetracker.junit").orElseThrow().getDescriptor();

        assertThat(descriptor.provides())
                .singleElement()
                .satisfies(provided -> assertThat(provided.service()).isEqualTo(extensionType.getName()));
        Object extension = layer.findLoader("io.reactivetracker.junit")
                .loadClass("io.reactivetracker.junit.NoForgottenWork")
                .getConstructor()
                .newInstance();

        assertThat(extension).isInstanceOf(extensionType);
    }

    /** Lettuce has no module descriptor, so the Netty modules it needs must be named, as the documentation says. */
    @Test
    void keepRecordsInRedis() throws Exception {
        ModuleLayer layer = layerOf(
                NEEDED_FOR_REDIS, "io.reactivetracker.redis", "io.netty.handler", "io.netty.resolver.dns", "org.slf4j");
        ClassLoader loader = layer.findLoader("io.reactivetracker.redis");
        Class<?> clientType = loader.loadClass("io.lettuce.core.RedisClient");
        Class<?> codecType = loader.loadClass("io.lettuce.core.codec.RedisCodec");
        Class<?> connectionType = loader.loadClass("io.lettuce.core.api.StatefulRedisConnection");
        Class<?> builderType = loader.loadClass("io.reactivetracker.redis.RedisRecordStoreBuilder");
        Class<?> recorderType = loader.loadClass("io.reactivetracker.recorder.TaskRecorder");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (RedisServer server = RedisServer.start()) {
            // Lettuce looks there first and would find the classes of this test's class path.
            thread.setContextClassLoader(loader);
            Object client = clientType.getMethod("create", String.class).invoke(null, server.uri());
            try {
                Object bytes = loader.loadClass("io.lettuce.core.codec.ByteArrayCodec")
                        .getField("INSTANCE")
                        .get(null);
                Object connection = clientType.getMethod("connect", codecType).invoke(client, bytes);
                Object builder = loader.loadClass("io.reactivetracker.redis.RedisRecordStore")
                        .getMethod("builder", String.class, connectionType)
                        .invoke(null, "payments", connection);
                Object recorder = recorderType
                        .getMethod("create", loader.loadClass("io.reactivetracker.recorder.RecordStore"))
                        .invoke(null, builderType.getMethod("build").invoke(builder));

                Object status = recorderType.getMethod("status", Object.class).invoke(recorder, "one");

                assertThat(((CompletableFuture<?>) status).join()).hasToString("NOT_FOUND");
            } finally {
                clientType.getMethod("shutdown").invoke(client);
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static ModuleLayer layerOf(String... modules) {
        return layerOf(NEEDED, modules);
    }

    private static ModuleLayer layerOf(List<String> needed, String... modules) {
        Path[] jars = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> needed.stream().anyMatch(entry::contains))
                .map(Path::of)
                .toArray(Path[]::new);
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration =
                boot.configuration().resolve(ModuleFinder.of(jars), ModuleFinder.of(), Set.of(modules));
        return boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
    }

    /** Creates a tracker and calls trackWith, all within the layer. */
    private static Object track(ModuleLayer layer, String adapter, String verbs) throws Exception {
        Class<?> trackerType = layer.findLoader("io.reactivetracker").loadClass("io.reactivetracker.TaskTracker");
        Object tracker = trackerType.getMethod("create").invoke(null);
        Method trackWith = layer.findLoader("io.reactivetracker." + adapter)
                .loadClass("io.reactivetracker." + adapter + "." + verbs)
                .getMethod("trackWith", trackerType);
        return trackWith.invoke(null, tracker);
    }
}
