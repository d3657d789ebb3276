// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;

/**
 * Tells the subscribers that Reactor makes for {@code subscribe()}, {@code subscribe(onNext)} and their like from all others:
 * from operators, from those that wait as {@code block()} does, from those of web servers.
 *
 * <p>Nobody hears of what becomes of a pipeline that such a one is the end of.
 */
final class LastSubscribers {

    private static final String REACTOR = "reactor.core.publisher.";

    /** Decided once for each class; names, since the classes are Reactor's own. */
    private static final ClassValue<Kind> KINDS = new ClassValue<>() {
        @Override
        protected Kind computeValue(Class<?> type) {
            return switch (type.getName()) {
                case REACTOR + "LambdaSubscriber", REACTOR + "LambdaMonoSubscriber" -> Kind.LAST;
                case REACTOR + "FluxContextWriteRestoringThreadLocals$ContextWriteRestoringThreadLocalsSubscriber",
                        REACTOR
                                + "FluxContextWriteRestoringThreadLocalsFuseable$FuseableContextWriteRestoringThreadLocalsSubscriber" ->
                    Kind.AROUND_ANOTHER;
                default -> Kind.OTHER;
            };
        }
    };

    private LastSubscribers() {}

    static boolean isLast(CoreSubscriber<?> subscriber) {
        return switch (KINDS.get(subscriber.getClass())) {
            case LAST -> true;
            case AROUND_ANOTHER -> {
                Scannable actual = Scannable.from(subscriber).scan(Scannable.Attr.ACTUAL);
                yield actual != null && KINDS.get(actual.getClass()) == Kind.LAST;
            }
            case OTHER -> false;
        };
    }

    private enum Kind {
        LAST,
        /** Automatic context propagation puts these around the subscribers of operators that are not Reactor's own. */
        AROUND_ANOTHER,
        OTHER
    }
}
