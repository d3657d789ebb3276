// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring.shop;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.micrometer.observation.ObservationRegistry;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.micrometer.ObservedTracking;
import io.reactivetracker.spring.library.Library;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Subscribes in every available way. */
public final class Shop {

    private Shop() {}

    /** The ways whose outcome the caller does not see. */
    public enum Forgotten implements Function<Mono<String>, Disposable> {
        MONO {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.subscribe();
            }
        },
        MONO_WITH_CONSUMER {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.subscribe(value -> {});
            }
        },
        MONO_WITH_ALL {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.subscribe(value -> {}, error -> {}, () -> {}, Context.of("key", "value"));
            }
        },
        FLUX {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.flux().subscribe();
            }
        },
        FLUX_WITH_ALL {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.flux().subscribe(value -> {}, error -> {}, () -> {}, Context.empty());
            }
        },
        FUSEABLE {
            @Override
            public Disposable apply(Mono<String> task) {
                return Flux.range(1, 3)
                        .concatWith(task.thenReturn(4))
                        .map(i -> i)
                        .subscribe();
            }
        },
        BEHIND_AN_OPERATOR_OF_ITS_OWN {
            @Override
            public Disposable apply(Mono<String> task) {
                return new Own<>(task.flux()).subscribe();
            }
        },
        FROM_A_LAMBDA {
            @Override
            public Disposable apply(Mono<String> task) {
                Function<Mono<String>, Disposable> start = mono -> mono.subscribe();
                return start.apply(task);
            }
        },
        BY_A_COLLECTION {
            @Override
            public Disposable apply(Mono<String> task) {
                return List.of(task).stream().map(Mono::subscribe).toList().get(0);
            }
        },
        WITHIN_ANOTHER_PIPELINE {
            @Override
            public Disposable apply(Mono<String> task) {
                return Mono.just("order")
                        .map(order -> task.subscribe())
                        .blockOptional()
                        .orElseThrow();
            }
        }
    }

    /** The ways whose outcome the caller sees, that belong to other code, or that are counted elsewhere. */
    public enum NotForgotten implements Function<Mono<String>, Disposable> {
        FUTURE {
            @Override
            public Disposable apply(Mono<String> task) {
                CompletableFuture<String> future = task.toFuture();
                return () -> future.cancel(false);
            }
        },
        SUBSCRIBER_OF_ITS_OWN {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.subscribeWith(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {
                        requestUnbounded();
                    }
                });
            }
        },
        LIBRARY {
            @Override
            public Disposable apply(Mono<String> task) {
                return Library.cleanUp(task);
            }
        },
        TRACKED {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.transform(trackWith(TaskTracker.create())).subscribe();
            }
        },
        TRACKED_FURTHER_UP {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.transform(trackWith(TaskTracker.create()))
                        .doOnNext(value -> {})
                        .subscribe();
            }
        },
        OBSERVED {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.transform(ObservedTracking.of(ObservationRegistry.create())
                                .trackWith(TaskTracker.create(), "ship"))
                        .subscribe();
            }
        },
        TAGGED {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.tag("reactive-tracker", "ignore")
                        .map(value -> value)
                        .subscribe();
            }
        },
        RAILS {
            @Override
            public Disposable apply(Mono<String> task) {
                return task.flux().parallel(2).subscribe();
            }
        },
        BLOCKING {
            @Override
            public Disposable apply(Mono<String> task) {
                Thread waiting = new Thread(() -> {
                    try {
                        String unused = task.block();
                    } catch (IllegalStateException interrupted) {
                        // Expected.
                    }
                });
                waiting.start();
                return waiting::interrupt;
            }
        },
        ON_A_THREAD_WITHOUT_A_CALLER {
            @Override
            public Disposable apply(Mono<String> task) {
                Executor executor = command -> new Thread(command).start();
                CompletableFuture<Disposable> subscription = CompletableFuture.supplyAsync(task::subscribe, executor);
                return () -> subscription.join().dispose();
            }
        }
    }

    /** An operator that is not Reactor's. */
    private static final class Own<T> extends Flux<T> {

        private final Publisher<T> source;

        Own(Publisher<T> source) {
            this.source = source;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            source.subscribe(actual);
        }
    }
}
