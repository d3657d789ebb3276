// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Handles signals of the operating system by {@code sun.misc.Signal}. By reflection, since its module may be missing
 * and the compiler warns of each use.
 */
final class SignalHandlers {

    private SignalHandlers() {}

    /**
     * Handles a signal in place of the handler that it has.
     *
     * @param name for example {@code "TERM"}
     * @param action called on a new thread for each signal, with its name
     * @return an action that restores the handler before
     * @throws ReflectiveOperationException if signals cannot be handled, or the virtual machine keeps this one to
     *     itself
     */
    @SuppressWarnings("ReferenceEquality") // what equals() of a proxy without state means
    static Runnable set(String name, Consumer<String> action) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        Object handler = Proxy.newProxyInstance(
                handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "handle" -> {
                            action.accept(name);
                            yield null;
                        }
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> "handler of SIG" + name;
                    };
                });
        Object before = signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
        return () -> {
            try {
                signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, before);
            } catch (ReflectiveOperationException unexpected) {
                throw new IllegalStateException("the handler of SIG" + name + " could not be restored", unexpected);
            }
        };
    }
}
