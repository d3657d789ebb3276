// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.reactivetracker.redistest.RedisServer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * Compiles all Java and Kotlin blocks of the guide, and runs those with a main method. What a program prints is
 * compared with the block {@code text output} that follows. The system property {@code guide.page} selects pages.
 */
@ResourceLock(Resources.SYSTEM_OUT)
class GuideProgramsTest {

    private static final Pattern MAIN = Pattern.compile("\\bstatic void main\\(String|\\bfun main\\(");
    private static final Pattern TYPE =
            Pattern.compile("(?m)^(?:[a-z]+ )*(?:class|interface|record|enum|object) (\\w+)");

    private static @Nullable ProgramStreams streams;

    @BeforeAll
    static void collectOutput() {
        streams = new ProgramStreams();
    }

    @AfterAll
    static void restoreOutput() {
        if (streams != null) {
            streams.close();
        }
    }

    @TestFactory
    Stream<DynamicNode> blocks() {
        return Page.all().stream().map(page -> dynamicContainer(page.name(), blocksOf(page)));
    }

    private static Stream<DynamicNode> blocksOf(Page page) {
        List<Fence> programs = page.fences().stream()
                .filter(fence -> fence.isJava() || fence.isKotlin())
                .toList();
        List<DynamicNode> tests = new ArrayList<>();
        if (!programs.isEmpty()) {
            CompiledPage[] compiled = new CompiledPage[1];
            tests.add(dynamicTest(page.name() + " compiles", () -> compiled[0] = new CompiledPage(page)));
            for (Fence fence : programs) {
                tests.add(dynamicTest(nameOf(page, fence), () -> check(fence, compiled[0])));
            }
        }
        return tests.stream();
    }

    private static String nameOf(Page page, Fence fence) {
        var type = TYPE.matcher(fence.code());
        return page.name() + " line " + fence.line() + ": " + (type.find() ? type.group(1) : "functions");
    }

    private static void check(Fence fence, CompiledPage compiled) {
        String errors = compiled.errorsOf(fence);
        if (!errors.isEmpty()) {
            Assertions.fail("does not compile:" + errors);
        }
        Assumptions.assumeFalse(compiled.hasErrors(), "another block of the page does not compile");
        Optional<Fence> output = compiled.page.outputOf(fence);
        if (isProgram(fence)) {
            run(fence, compiled, output);
        } else if (output.isPresent() && fence.run().isEmpty() && !isSpringBoot(fence)) {
            Assertions.fail("the page shows an output, but the block above has no main method");
        }
    }

    static boolean isSpringBoot(Fence fence) {
        return fence.code().contains("@SpringBootApplication");
    }

    private static boolean isProgram(Fence fence) {
        return MAIN.matcher(fence.code()).find()
                && !isSpringBoot(fence)
                && fence.run().isEmpty();
    }

    private static void run(Fence fence, CompiledPage compiled, Optional<Fence> output) {
        if (fence.code().contains("System.exit(")) {
            Assertions.fail("calls System.exit, which would end the tests; mark the block with <!-- run: … -->");
        }
        Program.Result result = fence.code().contains("redis.url")
                ? runWithRedis(fence, compiled)
                : Program.run(compiled, mainClass(fence, compiled), streams, Program.LIMIT);
        String problem = result.failure();
        if (problem.isEmpty() && output.isPresent()) {
            problem = OutputComparison.differences(
                    output.get().text(), result.out().lines().toList());
        }
        if (!problem.isEmpty()) {
            Assertions.fail(problem
                    + "\nIts System.out:\n" + result.out()
                    + (result.err().isEmpty() ? "" : "Its System.err:\n" + result.err()));
        }
    }

    private static Program.Result runWithRedis(Fence fence, CompiledPage compiled) {
        try (RedisServer server = RedisServer.start()) {
            System.setProperty("redis.url", server.uri());
            return Program.run(compiled, mainClass(fence, compiled), streams, Program.LIMIT);
        } finally {
            System.clearProperty("redis.url");
        }
    }

    private static String mainClass(Fence fence, CompiledPage compiled) {
        try (ProgramLoader loader = ProgramLoader.of(compiled)) {
            for (String name : compiled.classesOf(fence)) {
                if (Stream.of(loader.loadClass(name).getDeclaredMethods()).anyMatch(GuideProgramsTest::isMain)) {
                    return name;
                }
            }
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return Assertions.fail("no class of the block has a method main(String[])");
    }

    private static boolean isMain(Method method) {
        return method.getName().equals("main")
                && List.of(method.getParameterTypes()).equals(List.of(String[].class));
    }
}
