// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** An application that has no {@code tracker-recorder} can use everything but {@link ReactorRecording}. */
class WithoutRecorderTest {

    private final ClassLoader loader = new WithoutRecorder();

    /** Uses each method of {@link ReactorTracking}; loaded where the recorder's classes are missing. */
    public static final class Program implements Callable<List<String>> {

        @Override
        public List<String> call() {
            TaskTracker tracker = TaskTracker.create("orders");
            TaskGroup group = TaskGroup.builder("shipping")
                    .timer(ReactorTracking.timer(Schedulers.parallel()))
                    .build();
            CancellationToken token = CancellationToken.create("stop");
            Mono<String> tracked = Mono.just("tracked").transform(ReactorTracking.trackWith(tracker));
            Flux<String> inGroup = Flux.just("in group").transform(ReactorTracking.trackWith(group));
            Mono<String> cancellable = Mono.just("cancellable").transform(ReactorTracking.cancelWith(token));
            Mono<String> spawned =
                    ReactorTracking.spawn(tracker, Mono.just("spawned")).join();
            Mono<String> spawnedInGroup =
                    ReactorTracking.spawn(group, Mono.just("spawned in group")).join();
            Flux<String> watched =
                    ReactorTracking.watch(group, Duration.ofDays(1)).take(1).map(GroupSnapshot::name);
            List<String> seen = Flux.concat(tracked, inGroup, cancellable, spawned, spawnedInGroup, watched)
                    .collectList()
                    .block();
            tracker.close();
            ReactorTracking.whenDrained(tracker).block();
            token.cancel();
            ReactorTracking.whenCancelled(token).block();
            ReactorTracking.closeAndDrain(group).block();
            ReactorTracking.whenDrained(group).block();
            ShutdownReport report =
                    Objects.requireNonNull(ReactorTracking.shutdown(group, Shutdown.grace(Duration.ofSeconds(1)))
                            .block());
            assertThat(report.stuck()).isEmpty();
            return Objects.requireNonNull(seen);
        }
    }

    @Test
    void reactorTrackingWorks() throws Exception {
        Callable<?> program = (Callable<?>) loader.loadClass(Program.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        assertThat(program.getClass()).isNotSameAs(Program.class);
        assertThat(program.call())
                .isEqualTo(List.of("tracked", "in group", "cancellable", "spawned", "spawned in group", "shipping"));
    }

    @Test
    void itsMethodsCanBeListed() throws Exception {
        // As frameworks do: this loads the types of all parameters and results.
        assertThat(loader.loadClass(ReactorTracking.class.getName()).getDeclaredMethods())
                .extracting(Method::getName)
                .contains("trackWith", "cancelWith", "spawn", "whenDrained", "shutdown");
    }

    @Test
    void theRecorderIsMissing() {
        assertThatThrownBy(() -> loader.loadClass("io.reactivetracker.recorder.TaskRecorder"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(
                        () -> loader.loadClass(ReactorRecording.class.getName()).getDeclaredMethods())
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("recorder");
    }

    /** Loads our classes itself, so that what they refer to is loaded here too, and hides those of the recorder. */
    private static final class WithoutRecorder extends ClassLoader {

        WithoutRecorder() {
            super(WithoutRecorderTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.reactivetracker.recorder.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.reactivetracker.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
