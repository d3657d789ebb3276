// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Finds the application's code that creates a task. */
final class CreationStack {

    /** The number of frames that a search looks at. */
    private static final int MAX_DEPTH = 256;

    private static final StackWalker STACK = StackWalker.getInstance();

    private static final String OWN = "io.reactivetracker.";

    /** Packages that are not the application's: the JDK, and libraries that call or run pipelines. */
    private static final List<String> LIBRARIES = List.of(
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "com.sun.",
            "reactor.",
            "org.reactivestreams.",
            "io.reactivex.",
            "io.smallrye.",
            "io.netty.",
            "io.micrometer.",
            "kotlin.",
            "kotlinx.",
            "org.springframework.",
            "org.apache.catalina.",
            "org.apache.coyote.",
            "org.apache.tomcat.");

    private CreationStack() {}

    /** Returns the frames of this thread that tell where it creates a task; lines are looked up when asked for. */
    static List<StackFrame> capture() {
        return STACK.walk(CreationStack::select);
    }

    private static List<StackFrame> select(Stream<StackFrame> frames) {
        List<StackFrame> application = new ArrayList<>(LeakedTask.MAX_FRAMES);
        List<StackFrame> nearest = new ArrayList<>(LeakedTask.MAX_FRAMES);
        Iterator<StackFrame> each = frames.iterator();
        for (int depth = 0; depth < MAX_DEPTH && each.hasNext(); depth++) {
            StackFrame frame = each.next();
            String type = frame.getClassName();
            if (type.startsWith(OWN)) {
                continue;
            }
            if (isOfApplication(type)) {
                application.add(frame);
                if (application.size() == LeakedTask.MAX_FRAMES) {
                    break;
                }
            } else if (application.isEmpty() && nearest.size() < LeakedTask.MAX_FRAMES) {
                nearest.add(frame);
            }
        }
        return application.isEmpty() ? nearest : application;
    }

    private static boolean isOfApplication(String type) {
        for (String library : LIBRARIES) {
            if (type.startsWith(library)) {
                return false;
            }
        }
        // Proxies are generated for a class of the application and named after it.
        return !type.contains("$$");
    }

    /** As a stack trace prints it, without the module and the class loader. */
    static String describe(StackTraceElement frame) {
        return new StackTraceElement(
                        frame.getClassName(), frame.getMethodName(), frame.getFileName(), frame.getLineNumber())
                .toString();
    }
}
