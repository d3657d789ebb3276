// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.micrometer.TaskGroupMetrics;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.recorder.TaskRecorder;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

/** The hints for a native image, and the code generated ahead of time for the configuration. */
class TrackerRuntimeHintsTest {

    private static final String[] PROPERTIES = {
        "server.port=0",
        "server.address=127.0.0.1",
        "management.endpoints.web.exposure.include=tasktrackers",
        "reactive-tracker.name=orders",
        "reactive-tracker.concurrency=3",
        "reactive-tracker.track-subscriptions=true"
    };

    /** Compares the fields named by the handles with the registered hints. */
    @ParameterizedTest
    @ValueSource(classes = {TaskTracker.class, TaskRecorder.class, ReactorTracking.class, TaskGroupMetrics.class})
    void theFieldsBehindVariableHandlesAreTold(Class<?> oneOfTheLibrary) throws Exception {
        RuntimeHints hints = new RuntimeHints();
        new TrackerRuntimeHints().registerHints(hints, getClass().getClassLoader());
        for (VarHandle handle : fieldHandlesBeside(oneOfTheLibrary)) {
            Class<?> type = handle.coordinateTypes().get(0);
            String field = handle.describeConstable().orElseThrow().constantName();
            assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(type.getDeclaredField(field)))
                    .as("%s.%s", type.getName(), field)
                    .accepts(hints);
        }
    }

    @Test
    void thereAreSuchFields() throws Exception {
        assertThat(fieldHandlesBeside(TaskTracker.class)).hasSizeGreaterThan(5);
    }

    /** Returns the field handles of all classes in a module of the library. */
    private static List<VarHandle> fieldHandlesBeside(Class<?> one) throws Exception {
        Path module =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(module)) {
            return fieldHandlesIn(module, one.getClassLoader());
        }
        try (FileSystem jar = FileSystems.newFileSystem(module)) {
            return fieldHandlesIn(jar.getPath("/"), one.getClassLoader());
        }
    }

    private static List<VarHandle> fieldHandlesIn(Path classes, ClassLoader loader) throws Exception {
        List<VarHandle> handles = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class"))
                    .filter(path -> !path.endsWith("module-info.class"))
                    .toList()) {
                String path = classes.relativize(file).toString();
                String name =
                        path.substring(0, path.length() - ".class".length()).replaceAll("[/\\\\]", ".");
                for (Field field : Class.forName(name, false, loader).getDeclaredFields()) {
                    if (field.getType() == VarHandle.class && Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        VarHandle handle = (VarHandle) Objects.requireNonNull(field.get(null));
                        if (handle.coordinateTypes().size() == 1) {
                            handles.add(handle);
                        }
                    }
                }
            }
        }
        return handles;
    }

    @Test
    @CompileWithForkedClassLoader
    void whatIsGeneratedAheadOfTimeStartsTheSameApplication() throws Exception {
        TestGenerationContext generation = new TestGenerationContext(Application.class);
        try (AnnotationConfigReactiveWebServerApplicationContext model = context()) {
            model.register(Application.class);
            ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(model, generation);
            generation.writeGeneratedContent();
            seesWhatIsBound(generation.getRuntimeHints());
            TestCompiler.forSystem().with(generation).compile(compiled -> {
                // Without annotation processing: the generated code has everything.
                try (ReactiveWebServerApplicationContext context = new ReactiveWebServerApplicationContext()) {
                    TestPropertyValues.of(PROPERTIES).applyTo(context);
                    @SuppressWarnings("unchecked")
                    ApplicationContextInitializer<GenericApplicationContext> generated =
                            compiled.getInstance(ApplicationContextInitializer.class, initializer.reflectionName());
                    generated.initialize(context);
                    context.refresh();
                    assertThat(context.getBean(TaskGroup.class).name()).isEqualTo("orders");
                    assertThat(context.getBean(DrainLifecycle.class).isRunning())
                            .isTrue();
                    assertThat(context.getBean(SubscriptionHook.class).isRunning())
                            .isTrue();
                    assertThat(context.getBean(TaskTrackersEndpoint.class)
                                    .tasktrackers()
                                    .groups())
                            .containsOnlyKeys("taskGroup");
                    assertThat(context.getBean(TaskTrackersHealthIndicator.class)
                                    .health())
                            .isNotNull();
                }
            });
        }
    }

    private static void seesWhatIsBound(RuntimeHints hints) {
        for (Class<?> type :
                new Class<?>[] {ReactiveTrackerProperties.class, ReactiveTrackerProperties.Shutdown.class}) {
            assertThat(RuntimeHintsPredicates.reflection().onType(type))
                    .as(type.getName())
                    .accepts(hints);
        }
        for (Class<? extends Record> answer : List.of(
                TaskTrackersEndpoint.Report.class,
                TaskTrackersEndpoint.Application.class,
                ShutdownProgress.Description.class,
                GroupDescription.class,
                GroupDescription.Child.class,
                TrackerDescription.class,
                TaskDescription.class)) {
            assertThat(RuntimeHintsPredicates.reflection()
                            .onType(TypeReference.of(answer))
                            .withAnyMemberCategory(
                                    MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.INVOKE_PUBLIC_METHODS)
                            .or(RuntimeHintsPredicates.reflection()
                                    .onMethodInvocation(answer.getRecordComponents()[0].getAccessor())))
                    .as(answer.getName())
                    .accepts(hints);
        }
    }

    private static AnnotationConfigReactiveWebServerApplicationContext context() {
        AnnotationConfigReactiveWebServerApplicationContext context =
                new AnnotationConfigReactiveWebServerApplicationContext();
        TestPropertyValues.of(PROPERTIES).applyTo(context);
        TestPropertyValues.of("spring.autoconfigure.exclude="
                        + "org.springframework.boot.tomcat.autoconfigure.reactive."
                        + "TomcatReactiveWebServerAutoConfiguration")
                .applyTo(context);
        return context;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
