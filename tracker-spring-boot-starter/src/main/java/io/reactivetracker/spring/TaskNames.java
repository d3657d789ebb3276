// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.lang.reflect.Method;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names tasks by the code that they run. */
final class TaskNames {

    /** A method as the tasks of Spring describe it: the name of its class, a dot, its name. */
    private static final Pattern METHOD = Pattern.compile("([\\w.$]+)\\.(\\w+)");

    private static final Pattern ANONYMOUS = Pattern.compile("(\\$\\d+)+$");

    private static final ClassValue<String> OF_CLASSES = new ClassValue<>() {

        @Override
        protected String computeValue(Class<?> type) {
            return simple(type.getName());
        }
    };

    private TaskNames() {}

    /** Returns the name of a method of this class or of a proxy of it, such as {@code Orders.ship}. */
    static String ofMethod(Class<?> type, Method method) {
        return ofClass(type) + "." + method.getName();
    }

    /** Returns the name of a scheduled task, by its description if that is a method, otherwise by its class. */
    static String ofScheduled(Runnable task) {
        Matcher method = METHOD.matcher(String.valueOf(task));
        return method.matches() ? simple(method.group(1)) + "." + method.group(2) : ofClass(task.getClass());
    }

    /** Returns the simple name of a class; for a lambda or a proxy that of the class that it belongs to. */
    static String ofClass(Class<?> type) {
        return OF_CLASSES.get(type);
    }

    private static String simple(String type) {
        int generated = type.indexOf("$$");
        String written = generated > 0 ? type.substring(0, generated) : type;
        // An anonymous class, such as Orders$1, has the name of the class around it.
        String named = ANONYMOUS.matcher(written).replaceAll("");
        return named.substring(Math.max(named.lastIndexOf('.'), named.lastIndexOf('$')) + 1);
    }
}
