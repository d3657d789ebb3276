// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** {@link RxTracking} works in an application that lacks the module of the recorder. */
class WithoutRecorderTest {

    @Test
    void tracksCancelsAndSpawns() throws Exception {
        Class<?> program = Class.forName(Program.class.getName(), true, new WithoutRecorder());
        assertThat(program).isNotSameAs(Program.class);
        Object result = ((Callable<?>) program.getDeclaredConstructor().newInstance()).call();
        assertThat(result).isEqualTo("tracked, cancelled, spawned");
    }

    @Test
    void theRecorderIsHidden() {
        ClassLoader loader = new WithoutRecorder();
        assertThatThrownBy(() -> Class.forName("io.reactivetracker.recorder.TaskRecorder", true, loader))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() ->
                        Class.forName(RxRecording.class.getName(), true, loader).getMethods())
                .isInstanceOf(NoClassDefFoundError.class);
    }

    /** Runs with the classes of the loader that hides the recorder. */
    public static final class Program implements Callable<String> {

        @Override
        public String call() {
            TaskTracker tracker = TaskTracker.create("orders");
            TaskGroup group = TaskGroup.builder("orders").build();
            CancellationToken token = CancellationToken.create();
            Disposable tracked = Flowable.never()
                    .compose(RxTracking.cancelWith(token))
                    .compose(RxTracking.trackWith(tracker))
                    .subscribe();
            Disposable cancelled = Single.never()
                    .compose(RxTracking.trackWith(group, "ship"))
                    .compose(RxTracking.cancelWith(token))
                    .subscribe();
            token.cancel(new IllegalStateException("enough"));
            TaskHandle<String> spawned = RxTracking.spawn(group, "ship", Single.just("spawned"));
            group.close();
            tracker.close();
            RxTracking.whenDrained(tracker)
                    .andThen(RxTracking.whenDrained(group))
                    .blockingAwait();
            return (tracked.isDisposed() ? "tracked, " : "")
                    + (cancelled.isDisposed() ? "cancelled, " : "")
                    + spawned.join().blockingGet();
        }
    }

    /** Loads the classes of this library again, apart from those of the recorder. */
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
            try (InputStream file =
                    Objects.requireNonNull(getParent().getResourceAsStream(name.replace('.', '/') + ".class"), name)) {
                byte[] code = file.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }
}
