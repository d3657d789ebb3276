// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Threads meet in the core and in the recorder, and in few other classes that each have a reason. */
class ConcurrencyTest {

    private static final Pattern COMMENTS = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);
    private static final Pattern MEETS =
            Pattern.compile("\\b(VarHandle|Atomic[A-Z]\\w*|ReentrantLock|StampedLock|Semaphore|synchronized)\\b");

    /** The classes outside of core and recorder that use compare-and-set or take a lock, and why. */
    private static final Map<String, String> EXCEPTIONS = Map.ofEntries(
            Map.entry("tracker-junit/ReactorLibrary", "each hook has a name of its own"),
            Map.entry("tracker-junit/Scopes", "tests that run at the same time share the hooks"),
            Map.entry("tracker-micrometer/Bindings", "the series of a registry are shared by all that bind to it"),
            Map.entry("tracker-micrometer/GroupPaths", "groups of a tree are created and drained on any thread"),
            Map.entry("tracker-micrometer/GroupSeries", "a group leaves its counts while a registry reads them"),
            Map.entry("tracker-micrometer/RecorderSeries", "recorders are bound while a registry reads them"),
            Map.entry("tracker-micrometer/TaskObservation", "an attempt begins while another thread ends the task"),
            Map.entry("tracker-micrometer/TrackerSeries", "trackers are bound while a registry reads them"),
            Map.entry("tracker-mutiny/SpawnSubscriber", "a wait for a task begins or is cancelled while the task ends"),
            Map.entry("tracker-reactor/CountedSubscriptions", "each hook has a name of its own"),
            Map.entry("tracker-redis/RedisRecordStore", "a number that no other call of this process has"),
            Map.entry("tracker-redis/SettingsCheck", "the first steps of a store share one check"),
            Map.entry("tracker-redis/SettledSubscriptions", "the waits for one key share one subscription"),
            Map.entry("tracker-rxjava/SubscribeHooks", "all selectors share the hooks of RxJava"),
            Map.entry("tracker-spring-boot-starter/BackgroundTask", "a cancel meets the begin or the end of the body"),
            Map.entry("tracker-spring-boot-starter/BackgroundWork", "the first of the skipped runs is logged"),
            Map.entry(
                    "tracker-spring-boot-starter/DrainLifecycle", "Spring and the web server may both begin the drain"),
            Map.entry(
                    "tracker-spring-boot-starter/EndingServletResponse",
                    "the shutdown ends a response while the application writes"),
            Map.entry("tracker-spring-boot-starter/QuietCancelledTasks", "the hook is installed once for the process"),
            Map.entry("tracker-spring-boot-starter/ScheduledSubscriptions", "each context has a hook of its own name"),
            Map.entry(
                    "tracker-spring-boot-starter/SubscriptionDrain",
                    "its cancel is reported by the thread that ends the drain"));

    @Test
    void onlyNamedClassesOutsideOfCoreAndRecorderUseCompareAndSetOrLocks() throws IOException {
        Set<String> found = new TreeSet<>();
        for (String module : modules()) {
            try (Stream<Path> sources = Files.walk(Path.of("..", module, "src/main/java"))) {
                sources.filter(source -> source.toString().endsWith(".java"))
                        .filter(ConcurrencyTest::meets)
                        .map(source -> source.getFileName().toString().replace(".java", ""))
                        .forEach(type -> found.add(module + "/" + type));
            }
        }
        assertThat(found).isEqualTo(new TreeSet<>(EXCEPTIONS.keySet()));
    }

    private static Set<String> modules() throws IOException {
        try (Stream<Path> directories = Files.list(Path.of(".."))) {
            return directories
                    .map(directory -> directory.getFileName().toString())
                    .filter(name -> name.startsWith("tracker-"))
                    .filter(name -> !Set.of("tracker-core", "tracker-recorder", "tracker-test", "tracker-bom")
                            .contains(name))
                    .collect(Collectors.toSet());
        }
    }

    private static boolean meets(Path source) {
        try {
            return MEETS.matcher(COMMENTS.matcher(Files.readString(source)).replaceAll(""))
                    .find();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
