// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Tests how programs are compiled and run. */
@ResourceLock(Resources.SYSTEM_OUT)
class ProgramTest {

    private static final String PAGE = """
            ```java
            class Hangs {
                public static void main(String[] args) {
                    System.out.println("begun");
                    new Thread(Hangs::sleep, "sleeper").start();
                }
                static void sleep() {
                    try {
                        Thread.sleep(1_000_000);
                    } catch (InterruptedException e) {
                        System.out.println("late");
                    }
                }
            }
            ```
            ```java
            class Ends {
                public static void main(String[] args) {
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
                    new Thread(() -> System.out.println("thread")).start();
                    System.err.println("error");
                }
            }
            ```
            ```java
            class Throws {
                public static void main(String[] args) {
                    new Counter().next();
                    throw new IllegalStateException("no " + new Counter().next());
                }
            }
            class Counter {
                static int count;
                int next() {
                    return ++count;
                }
            }
            ```
            """;

    private final CompiledPage page = new CompiledPage(Page.parse("test.md", PAGE));

    private Program.Result run(String name, Duration limit) {
        try (ProgramStreams streams = new ProgramStreams()) {
            return Program.run(page, name, streams, limit);
        }
    }

    @Test
    void knowsTheClassesOfEachBlock() {
        assertThat(page.hasErrors()).isFalse();
        assertThat(page.classesOf(page.page.fences().get(2))).containsExactlyInAnyOrder("Throws", "Counter");
    }

    @Test
    void aProgramHasEndedWhenItsThreadsAndHooksHave() {
        Program.Result result = run("Ends", Program.LIMIT);
        assertThat(result.failure()).isEmpty();
        assertThat(result.out()).isEqualToNormalizingNewlines("thread\nhook\n");
        assertThat(result.err()).isEqualToNormalizingNewlines("error\n");
    }

    @Test
    void aProgramThatHangsIsReportedWithItsThreads() {
        Program.Result result = run("Hangs", Duration.ofMillis(200));
        assertThat(result.failure()).contains("does not end", "\"sleeper\"", "at Hangs.sleep(Line1.java:");
        assertThat(result.out()).isEqualToNormalizingNewlines("begun\n");
    }

    @Test
    void eachRunBeginsAnew() {
        assertThat(run("Throws", Program.LIMIT).failure()).contains("IllegalStateException: no 2");
        assertThat(run("Throws", Program.LIMIT).failure()).contains("IllegalStateException: no 2");
    }

    @Test
    void errorsHaveTheirLineInThePage() {
        Page wrong = Page.parse("wrong.md", "# Wrong\n\n```java\nclass A {\n    int a = true;\n}\n```\n");
        assertThat(new CompiledPage(wrong).errorsOf(wrong.fences().get(0))).contains("docs/wrong.md:5: incompatible");
        Page kotlin = Page.parse("kotlin.md", "```kotlin\nfun main() {\n    val a: Int = true\n}\n```\n");
        assertThat(new CompiledPage(kotlin).errorsOf(kotlin.fences().get(0))).contains("docs/kotlin.md:3: ");
    }
}
