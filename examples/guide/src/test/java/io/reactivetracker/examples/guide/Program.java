// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a program as {@code java} would: until its last thread that is no daemon has ended, and its shutdown hooks. */
final class Program {

    /** Only ends what hangs. */
    static final Duration LIMIT = Duration.ofSeconds(Long.getLong("guide.limit", 20));

    /** For the threads of a program that has failed to end, once they are interrupted. */
    private static final Duration TO_END = Duration.ofSeconds(5);

    private final String name;
    private volatile @Nullable Throwable failure;

    private Program(String name) {
        this.name = name;
    }

    /**
     * What a program has done.
     *
     * @param out what it has printed to System.out
     * @param err what it has printed to System.err
     * @param failure why it has failed, or an empty string
     */
    record Result(String out, String err, String failure) {}

    /** Runs the main method of a class. */
    static Result run(CompiledPage page, String className, ProgramStreams streams, Duration limit) {
        Program program = new Program(className);
        try (ProgramStreams.Output output = streams.collect(className);
                ProgramLoader loader = ProgramLoader.of(page)) {
            String failure = program.run(loader, output, limit);
            Result result = new Result(output.out(), output.err(), failure);
            loader.endLibraries();
            output.interrupt();
            awaitThreads(output, System.nanoTime() + TO_END.toNanos());
            return result;
        } catch (Exception e) {
            throw new IllegalStateException("cannot run " + className, e);
        }
    }

    private String run(ProgramLoader loader, ThreadGroup group, Duration limit) throws Exception {
        Method main = loader.loadClass(name).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        Set<Thread> hooksBefore = Set.copyOf(hooks().keySet());
        long end = System.nanoTime() + limit.toNanos();
        Thread first = new Thread(group, () -> call(main), "main");
        first.setDaemon(false);
        first.setContextClassLoader(loader);
        first.start();
        if (!awaitThreads(group, end)) {
            return "does not end within " + limit + "; its threads:\n" + dump(group);
        }
        Throwable thrown = failure;
        if (thrown != null) {
            return "throws " + Stack.of(thrown);
        }
        List<Thread> hooks = new ArrayList<>(hooks().keySet());
        hooks.removeAll(hooksBefore);
        hooks.forEach(Runtime.getRuntime()::removeShutdownHook);
        hooks.forEach(Thread::start);
        for (Thread hook : hooks) {
            if (!joined(hook, end)) {
                return "has a shutdown hook that does not end:\n" + dump(group);
            }
        }
        return "";
    }

    private void call(Method main) {
        try {
            main.invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException e) {
            failure = e.getCause();
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** Returns whether all threads that are not daemons have ended in time. */
    private static boolean awaitThreads(ThreadGroup group, long end) throws InterruptedException {
        for (Thread thread : threadsOf(group)) {
            if (!thread.isDaemon()) {
                return joined(thread, end) && awaitThreads(group, end);
            }
        }
        return true;
    }

    private static boolean joined(Thread thread, long end) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left > 0) {
            thread.join(left);
        }
        return !thread.isAlive();
    }

    private static List<Thread> threadsOf(ThreadGroup group) {
        Thread[] threads = new Thread[group.activeCount() + 100];
        return Arrays.asList(threads).subList(0, group.enumerate(threads));
    }

    private static String dump(ThreadGroup group) {
        StringBuilder text = new StringBuilder();
        for (Thread thread : threadsOf(group)) {
            String kind = thread.isDaemon() ? "daemon " : "";
            text.append(kind)
                    .append('"')
                    .append(thread.getName())
                    .append("\" ")
                    .append(thread.getState())
                    .append('\n');
            for (StackTraceElement element : thread.getStackTrace()) {
                text.append("\tat ").append(element).append('\n');
            }
        }
        return text.toString();
    }

    @SuppressWarnings("unchecked")
    private static Map<Thread, Thread> hooks() throws ReflectiveOperationException {
        Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        hooks.setAccessible(true);
        return (Map<Thread, Thread>) hooks.get(null);
    }
}
