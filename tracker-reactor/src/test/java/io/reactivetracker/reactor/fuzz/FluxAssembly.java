// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.fuzz.Assembly;
import io.reactivetracker.fuzz.Consumer;
import io.reactivetracker.fuzz.Fault;
import io.reactivetracker.fuzz.Kind;
import io.reactivetracker.fuzz.Node;
import io.reactivetracker.fuzz.Pipeline;
import io.reactivetracker.fuzz.ScriptedSource;
import io.reactivetracker.fuzz.World;
import io.reactivetracker.reactor.ReactorRecording;
import io.reactivetracker.reactor.ReactorTracking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/** Builds random pipelines with Reactor. */
final class FluxAssembly {

    /** The tested operator: {@code trackWith}, or a broken one. */
    interface Tracking {
        Flux<Object> track(Flux<Object> source, World world);
    }

    private final World world;
    private final Tracking tracking;
    private final HandDrivenScheduler scheduler;

    private FluxAssembly(World world, Tracking tracking) {
        this.world = world;
        this.tracking = tracking;
        this.scheduler = new HandDrivenScheduler(world.clockwork());
    }

    /** Returns an assembly that builds pipelines with a tested operator. */
    static Assembly with(Tracking tracking) {
        return (world, pipeline) -> new FluxAssembly(world, tracking).subscribe(pipeline);
    }

    /** Tracks with {@code trackWith}. */
    static Flux<Object> trackWith(Flux<Object> source, World world) {
        return source.transform(ReactorTracking.trackWith(world.tracker()));
    }

    private void subscribe(Pipeline pipeline) {
        Flux<Object> flux = build(pipeline.root());
        for (int i = 0; i < pipeline.consumers().size(); i++) {
            Pipeline.Subscriber plan = pipeline.consumers().get(i);
            CoreSubscriber<Object> consumer = FluxConsumer.of(world, i, plan);
            world.aside().schedule(plan.time(), () -> flux.subscribe(consumer));
        }
    }

    private Flux<Object> build(Node node) {
        return switch (node.kind()) {
            case RANGE -> Flux.range(0, node.size()).cast(Object.class);
            case LIST -> Flux.fromIterable(list(node));
            case JUST -> Flux.just(node.size());
            case CALL ->
                Mono.fromCallable(() -> world.call(node, node.at(), node.size()))
                        .flux();
            case EMPTY -> Flux.empty();
            case ERROR -> Flux.error(new io.reactivetracker.fuzz.Boom(node.id()));
            case NEVER -> Flux.never();
            case TICKS ->
                Flux.interval(Duration.ofMillis(1), scheduler).take(node.size()).map(Long::intValue);
            case SCRIPT ->
                new Flux<Object>() {
                    @Override
                    public void subscribe(CoreSubscriber<? super Object> actual) {
                        int index = actual.currentContext().getOrDefault("consumer", -1);
                        world.note(node.id(), World.What.CONTEXT, index);
                        ScriptedSource.subscribe(world, node, actual);
                    }
                };
            case CREATE ->
                Flux.create(sink -> {
                    world.note(node.id(), World.What.SUBSCRIBED, 0);
                    sink.onDispose(() -> world.note(node.id(), World.What.CANCELLED, 0));
                    for (int i = 0; i < node.size(); i++) {
                        sink.next(i);
                    }
                    world.act(node.fault(), node.id(), sink);
                    world.aside().schedule(node.at(), () -> sink.next(9).complete());
                });
            case UNICAST -> {
                Sinks.Many<Object> sink = Sinks.many().unicast().onBackpressureBuffer();
                for (int i = 0; i < node.size(); i++) {
                    sink.tryEmitNext(i);
                    world.aside().schedule(1 + i / 2, () -> sink.tryEmitNext(9));
                }
                world.aside().schedule(1 + node.at(), () -> {
                    if (node.fault() == Fault.NONE) {
                        sink.tryEmitComplete();
                    } else {
                        sink.tryEmitError(new io.reactivetracker.fuzz.Boom(node.id()));
                    }
                });
                yield sink.asFlux();
            }
            case GENERATE ->
                Flux.generate(() -> new int[1], (count, sink) -> {
                    int next = count[0]++;
                    Object element = world.call(node, next, next);
                    if (next >= node.size() || world.isExhausted()) {
                        sink.complete();
                    } else {
                        sink.next(element);
                    }
                    return count;
                });
            default -> transform(node, build(node.input()));
        };
    }

    private List<Object> list(Node node) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            list.add(node.fault() != Fault.NONE && i == node.at() ? null : i);
        }
        return list;
    }

    private Flux<Object> transform(Node node, Flux<Object> source) {
        int size = node.size();
        return switch (node.kind()) {
            case MAP -> source.map(x -> world.call(node, number(x), x));
            case FILTER -> source.filter(x -> world.call(node, number(x), x) != null && number(x) % 2 == size % 2);
            case TAKE -> node.at() == 0 ? source.take(size, false) : source.take(size);
            case SKIP -> source.skip(size);
            case DISTINCT -> source.distinctUntilChanged();
            case HANDLE ->
                source.handle((x, sink) -> {
                    Object result = world.call(node, number(x), x);
                    if (number(x) == size) {
                        sink.complete();
                    } else if (result != null) {
                        sink.next(result);
                    }
                });
            case PEEK ->
                source.doOnNext(x -> world.call(node, number(x), x))
                        .doOnComplete(() -> world.call(node, 4, node))
                        .doAfterTerminate(() -> world.note(node.id(), World.What.CALLED, 7));
            case DO_FINALLY ->
                source.doFinally(signal -> world.call(node, signal == SignalType.CANCEL ? 2 : 1, signal));
            case SCAN -> source.scan((x, y) -> number(x) + number(y));
            case REDUCE -> source.reduce((x, y) -> number(x) + number(y)).flux();
            case NEXT -> source.next().flux();
            case PUBLISH_ON -> source.publishOn(scheduler, node.at() == 0, 1 + size);
            case SUBSCRIBE_ON -> source.subscribeOn(scheduler, node.at() == 0);
            case DELAY -> source.delayElements(Duration.ofMillis(1), scheduler);
            case TIMEOUT -> source.timeout(Duration.ofMillis(1 + size), scheduler);
            case FLAT_MAP_ITERABLE ->
                source.flatMapIterable(x -> world.call(node, number(x), x) == null ? null : List.of(x, x), 1 + size);
            case BUFFER -> source.buffer(1 + size).flatMapIterable(x -> x);
            case WINDOW ->
                node.at() == 0
                        ? source.window(1 + size).flatMap(x -> x)
                        : source.window(1 + size).concatMap(x -> x.take(1));
            case GROUP_BY ->
                source.groupBy(x -> number(world.call(node, number(x), x)) % 2)
                        .flatMap(x -> node.at() == 1 ? x.take(1) : x, 1 + size);
            case SHARE -> source.share();
            case REF_COUNT -> source.publish(1 + size).refCount(1 + node.at() % 2);
            case PUBLISH -> source.publish(x -> node.at() == 0 ? x.take(1) : Flux.zip(x, x.skip(1), this::pair));
            case REPLAY -> source.replay(1 + size).refCount();
            case RETRY -> source.retry(size % 3);
            case REPEAT -> source.repeat(size % 3);
            case DEFER -> Flux.defer(() -> world.call(node, node.at(), node) == null ? null : source);
            case USING ->
                Flux.using(
                        () -> world.call(node, 0, node),
                        x -> source,
                        x -> world.call(node, node.at() == 0 ? 1 : node.at(), x),
                        size % 2 == 0);
            case ON_ERROR_RETURN -> source.onErrorReturn(size);
            case ON_ERROR_CONTINUE -> source.onErrorContinue((x, y) -> world.note(node.id(), World.What.CALLED, 8));
            case SWITCH_ON_FIRST -> source.switchOnFirst((first, all) -> node.at() == 0 ? all.take(1) : all);
            case LIMIT_RATE -> source.limitRate(1 + size, node.at());
            case BACKPRESSURE_BUFFER -> source.onBackpressureBuffer();
            case BACKPRESSURE_DROP -> source.onBackpressureDrop();
            case BACKPRESSURE_LATEST -> source.onBackpressureLatest();
            case PARALLEL ->
                source.parallel(1 + size % 3, 1 + size).runOn(scheduler).sequential(1 + size);
            case MATERIALIZE -> source.materialize().dematerialize();
            case CONTEXT_WRITE -> source.contextWrite(Context.of("step", node.id()));
            case HIDE -> source.hide();
            case FLAT_MAP, CONCAT_MAP, SWITCH_MAP -> flattened(node, source, build(node.second()));
            case ZIP -> Flux.zip(source, build(node.second()), this::pair);
            case MERGE ->
                node.at() == 0
                        ? source.mergeWith(build(node.second()))
                        : Flux.mergeDelayError(1 + size, source, build(node.second()));
            case CONCAT -> source.concatWith(build(node.second()));
            case ON_ERROR_RESUME -> {
                Flux<Object> second = build(node.second());
                yield source.onErrorResume(x -> world.call(node, node.at(), node) == null ? null : second);
            }
            case SWITCH_IF_EMPTY -> source.switchIfEmpty(build(node.second()));
            case TAKE_UNTIL_OTHER -> source.takeUntilOther(build(node.second()));
            case TRACK, CANCEL_WITH, GROUP, RECORD -> ours(node, source);
            default -> throw new AssertionError(node.kind());
        };
    }

    private Flux<Object> flattened(Node node, Flux<Object> source, Flux<Object> inner) {
        int size = node.size();
        return switch (node.kind()) {
            case FLAT_MAP ->
                node.at() == 0
                        ? source.flatMapDelayError(x -> inner(node, x, inner), 1 + size, 2)
                        : source.flatMap(x -> inner(node, x, inner), 1 + size, 1 + node.at());
            case CONCAT_MAP ->
                switch (node.at()) {
                    case 0 -> source.concatMap(x -> inner(node, x, inner), size);
                    case 1 -> source.concatMapDelayError(x -> inner(node, x, inner), 1 + size);
                    case 2 -> source.flatMapSequential(x -> inner(node, x, inner), 1 + size, 2);
                    default -> source.concatMap(x -> inner(node, x, inner));
                };
            default -> source.switchMap(x -> inner(node, x, inner));
        };
    }

    private Flux<Object> inner(Node node, Object element, Flux<Object> inner) {
        return world.call(node, number(element), element) == null ? null : inner;
    }

    private Flux<Object> ours(Node node, Flux<Object> source) {
        boolean reference = world.isReference();
        if (world.isBare()) {
            return node.kind() == Kind.TRACK && node.at() == 0 ? source.next().flux() : source;
        }
        return switch (node.kind()) {
            case TRACK -> {
                if (node.at() == 0) {
                    Mono<Object> mono = source.next();
                    yield (reference
                                    ? PassThrough.of(mono, world.tasks())
                                    : mono.transform(ReactorTracking.trackWith(world.tracker(), "mono")))
                            .flux();
                }
                yield reference ? PassThrough.of(source, world.tasks()) : tracking.track(source, world);
            }
            case CANCEL_WITH ->
                reference
                        ? CutOff.of(source, world.token())
                        : source.transform(ReactorTracking.cancelWith(world.token()));
            case GROUP ->
                reference
                        ? CutOff.inGroup(source, world, node)
                        : source.transform(ReactorTracking.trackWith(world.group(node)));
            default ->
                reference
                        ? CutOff.asRecord(source, world)
                        : Flux.defer(
                                () -> source.transform(ReactorRecording.recordAs(world.recorder(), world.newKey())));
        };
    }

    private Object pair(Object x, Object y) {
        return number(x) + number(y);
    }

    private static int number(Object element) {
        return element instanceof Integer i ? i : element instanceof Collection<?> c ? c.size() : 0;
    }

    /** A consumer with a context. */
    private static class FluxConsumer extends Consumer implements CoreSubscriber<Object> {

        private final Context context;

        FluxConsumer(World world, int index, Pipeline.Subscriber plan) {
            super(world, index, plan);
            context = Dropping.context(world).put("consumer", index);
        }

        static FluxConsumer of(World world, int index, Pipeline.Subscriber plan) {
            return plan.conditional() ? new Conditional(world, index, plan) : new FluxConsumer(world, index, plan);
        }

        @Override
        public Context currentContext() {
            return context;
        }

        private static final class Conditional extends FluxConsumer implements Fuseable.ConditionalSubscriber<Object> {

            Conditional(World world, int index, Pipeline.Subscriber plan) {
                super(world, index, plan);
            }
        }
    }
}
