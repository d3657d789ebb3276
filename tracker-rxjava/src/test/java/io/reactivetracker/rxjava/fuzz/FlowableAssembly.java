// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import io.reactivetracker.fuzz.Assembly;
import io.reactivetracker.fuzz.Boom;
import io.reactivetracker.fuzz.Consumer;
import io.reactivetracker.fuzz.Fault;
import io.reactivetracker.fuzz.Node;
import io.reactivetracker.fuzz.Pipeline;
import io.reactivetracker.fuzz.ScriptedSource;
import io.reactivetracker.fuzz.World;
import io.reactivetracker.rxjava.RxRecording;
import io.reactivetracker.rxjava.RxTracking;
import io.reactivetracker.rxjava.TrackTransformer;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.operators.ConditionalSubscriber;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.reactivestreams.Subscriber;

/** Builds random pipelines with RxJava. */
final class FlowableAssembly {

    private final World world;
    private final Function<World, TrackTransformer<Object>> tracking;
    private final HandDrivenScheduler scheduler;

    private FlowableAssembly(World world, Function<World, TrackTransformer<Object>> tracking) {
        this.world = world;
        this.tracking = tracking;
        this.scheduler = new HandDrivenScheduler(world.clockwork());
        world.haveTypes();
    }

    /** Returns what builds pipelines with an operator of ours; the reference is given. */
    static Assembly with(Function<World, TrackTransformer<Object>> tracking) {
        return (world, pipeline) -> new FlowableAssembly(world, tracking).subscribe(pipeline);
    }

    /** Tracks with {@code trackWith}. */
    static TrackTransformer<Object> trackWith(World world) {
        return RxTracking.trackWith(world.tracker());
    }

    /** Notes what RxJava cannot deliver in the world that runs. */
    static void noteUndeliverable() {
        RxJavaPlugins.setErrorHandler(error -> {
            Throwable dropped = error instanceof UndeliverableException ? error.getCause() : error;
            if (dropped instanceof NullPointerException) {
                World.current().lose();
            }
            World.current().note(90, World.What.DROPPED_ERROR, dropped);
        });
    }

    private void subscribe(Pipeline pipeline) {
        Flowable<Object> flowable = build(pipeline.root());
        for (int i = 0; i < pipeline.consumers().size(); i++) {
            Pipeline.Subscriber plan = pipeline.consumers().get(i);
            FlowableConsumer consumer =
                    plan.conditional() ? new Conditional(world, i, plan) : new FlowableConsumer(world, i, plan);
            world.aside().schedule(plan.time(), () -> flowable.subscribe(consumer));
        }
    }

    private Flowable<Object> build(Node node) {
        return switch (node.kind()) {
            case RANGE -> Flowable.range(0, node.size()).cast(Object.class);
            case LIST -> Flowable.fromIterable(list(node));
            case JUST -> Flowable.just(node.size());
            case CALL ->
                Maybe.fromCallable(() -> world.call(node, node.at(), node.size()))
                        .toFlowable();
            case EMPTY -> Flowable.empty();
            case ERROR -> Flowable.error(new Boom(node.id()));
            case NEVER -> Flowable.never();
            case TICKS ->
                Flowable.interval(1, TimeUnit.MILLISECONDS, scheduler)
                        .take(node.size())
                        .map(Long::intValue);
            case SCRIPT ->
                new Flowable<Object>() {
                    @Override
                    protected void subscribeActual(Subscriber<? super Object> downstream) {
                        ScriptedSource.subscribe(world, node, downstream);
                    }
                };
            case CREATE ->
                Flowable.create(
                        emitter -> {
                            world.note(node.id(), World.What.SUBSCRIBED, 0);
                            emitter.setCancellable(() -> world.note(node.id(), World.What.CANCELLED, 0));
                            for (int i = 0; i < node.size(); i++) {
                                emitter.onNext(i);
                            }
                            world.act(node.fault(), node.id(), emitter);
                            world.aside().schedule(node.at(), () -> {
                                emitter.onNext(9);
                                emitter.onComplete();
                            });
                        },
                        BackpressureStrategy.BUFFER);
            case UNICAST -> {
                UnicastProcessor<Object> processor = UnicastProcessor.create();
                for (int i = 0; i < node.size(); i++) {
                    processor.onNext(i);
                    world.aside().schedule(1 + i / 2, () -> processor.onNext(9));
                }
                world.aside().schedule(1 + node.at(), () -> {
                    if (node.fault() == Fault.NONE) {
                        processor.onComplete();
                    } else {
                        processor.onError(new Boom(node.id()));
                    }
                });
                yield processor;
            }
            case GENERATE ->
                Flowable.generate(() -> new int[1], (count, emitter) -> {
                    int next = count[0]++;
                    Object element = world.call(node, next, next);
                    if (next >= node.size() || world.isExhausted()) {
                        emitter.onComplete();
                    } else {
                        emitter.onNext(element);
                    }
                    return count;
                });
            default -> transform(node, build(node.input()));
        };
    }

    private static List<Object> list(Node node) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            list.add(node.fault() != Fault.NONE && i == node.at() ? null : i);
        }
        return list;
    }

    private Flowable<Object> transform(Node node, Flowable<Object> source) {
        int size = node.size();
        return switch (node.kind()) {
            case MAP -> source.map(x -> world.call(node, number(x), x));
            case FILTER -> source.filter(x -> world.call(node, number(x), x) != null && number(x) % 2 == size % 2);
            case TAKE -> source.take(size);
            case SKIP -> source.skip(size);
            case DISTINCT -> source.distinctUntilChanged();
            case HANDLE -> source.mapOptional(x -> java.util.Optional.ofNullable(world.call(node, number(x), x)));
            case PEEK ->
                source.doOnNext(x -> world.call(node, number(x), x))
                        .doOnComplete(() -> world.call(node, 4, node))
                        .doAfterNext(x -> world.note(node.id(), World.What.CALLED, 6))
                        .doAfterTerminate(() -> world.note(node.id(), World.What.CALLED, 7));
            case DO_FINALLY -> source.doFinally(() -> world.call(node, node.at(), node));
            case SCAN -> source.scan((x, y) -> number(x) + number(y));
            case REDUCE -> source.reduce((x, y) -> number(x) + number(y)).toFlowable();
            case NEXT -> source.firstElement().toFlowable();
            case PUBLISH_ON -> source.observeOn(scheduler, node.at() == 0, 1 + size);
            case SUBSCRIBE_ON -> source.subscribeOn(scheduler, node.at() == 0);
            case DELAY -> source.delay(1, TimeUnit.MILLISECONDS, scheduler, node.at() == 0);
            case TIMEOUT -> source.timeout(1 + size, TimeUnit.MILLISECONDS, scheduler);
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
            case PUBLISH -> source.publish(x -> node.at() == 0 ? x.take(1) : Flowable.zip(x, x.skip(1), this::pair));
            case REPLAY -> source.replay(1 + size).refCount();
            case RETRY -> source.retry(size % 3);
            case REPEAT -> source.repeat(size % 3);
            case DEFER -> Flowable.defer(() -> world.call(node, node.at(), node) == null ? null : source);
            case USING ->
                Flowable.using(
                        () -> world.call(node, 0, node),
                        x -> source,
                        x -> world.call(node, node.at() == 0 ? 1 : node.at(), x),
                        size % 2 == 0);
            case ON_ERROR_RETURN -> source.onErrorReturnItem(size);
            case ON_ERROR_CONTINUE -> source.onErrorComplete();
            case SWITCH_ON_FIRST ->
                source.concatMapMaybe(x -> number(x) % 2 == 0 ? Maybe.just(x) : Maybe.empty(), 1 + size);
            case LIMIT_RATE -> source.rebatchRequests(1 + size);
            case BACKPRESSURE_BUFFER -> source.onBackpressureBuffer();
            case BACKPRESSURE_DROP -> source.onBackpressureDrop();
            case BACKPRESSURE_LATEST -> source.onBackpressureLatest();
            case PARALLEL ->
                source.parallel(1 + size % 3, 1 + size).runOn(scheduler).sequential(1 + size);
            case MATERIALIZE -> source.materialize().dematerialize(x -> x);
            case CONTEXT_WRITE -> source.compose(x -> x);
            case HIDE -> source.hide();
            case FLAT_MAP, CONCAT_MAP, SWITCH_MAP -> flattened(node, source, build(node.second()));
            case ZIP -> Flowable.zip(source, build(node.second()), this::pair);
            case MERGE ->
                node.at() == 0
                        ? source.mergeWith(build(node.second()))
                        : Flowable.mergeDelayError(List.of(source, build(node.second())), 2, 1 + size);
            case CONCAT -> source.concatWith(build(node.second()));
            case ON_ERROR_RESUME -> {
                Flowable<Object> second = build(node.second());
                yield source.onErrorResumeNext(x -> world.call(node, node.at(), node) == null ? null : second);
            }
            case SWITCH_IF_EMPTY -> source.switchIfEmpty(build(node.second()));
            case TAKE_UNTIL_OTHER -> source.takeUntil(build(node.second()));
            case TRACK, CANCEL_WITH, GROUP -> ofType(node, source, world.isReference() ? reference(node) : ours(node));
            case RECORD ->
                world.isReference()
                        ? ofType(node, source, reference(node))
                        : Flowable.defer(() -> ofType(node, source, ours(node)));
            default -> throw new AssertionError(node.kind());
        };
    }

    private Flowable<Object> flattened(Node node, Flowable<Object> source, Flowable<Object> inner) {
        int size = node.size();
        return switch (node.kind()) {
            case FLAT_MAP -> source.flatMap(x -> inner(node, x, inner), node.at() == 0, 1 + size, 1 + node.at());
            case CONCAT_MAP ->
                switch (node.at()) {
                    case 0 -> source.concatMap(x -> inner(node, x, inner), 1 + size);
                    case 1 -> source.concatMapDelayError(x -> inner(node, x, inner), size % 2 == 0, 1 + size);
                    case 2 -> source.concatMapEager(x -> inner(node, x, inner), 1 + size, 2);
                    default -> source.concatMapMaybe(x -> inner(node, x, inner).firstElement(), 1 + size);
                };
            default -> source.switchMap(x -> inner(node, x, inner), 1 + size);
        };
    }

    private Flowable<Object> inner(Node node, Object element, Flowable<Object> inner) {
        return world.call(node, number(element), element) == null ? null : inner;
    }

    private TrackTransformer<Object> ours(Node node) {
        return switch (node.kind()) {
            case TRACK -> tracking.apply(world);
            case CANCEL_WITH -> RxTracking.cancelWith(world.token());
            case GROUP -> RxTracking.trackWith(world.group(node));
            default -> RxRecording.recordAs(world.recorder(), world.newKey());
        };
    }

    private TrackTransformer<Object> reference(Node node) {
        if (world.isBare()) {
            return new Converted(UnaryOperator.identity(), false);
        }
        return switch (node.kind()) {
            case TRACK -> new PassThrough(world.tasks());
            case CANCEL_WITH -> new Converted(source -> CutOff.of(source, world.token()), true);
            case GROUP -> new Converted(source -> CutOff.inGroup(source, world, node), true);
            default -> new Converted(source -> CutOff.asRecord(source, world), false);
        };
    }

    /** Converts to one of the five types, and back: a {@code Flowable} more often than not. */
    private static Flowable<Object> ofType(Node node, Flowable<Object> source, TrackTransformer<Object> operator) {
        return switch (node.type()) {
            case 0 -> source.toObservable().compose(operator).toFlowable(BackpressureStrategy.BUFFER);
            case 1 -> source.firstElement().compose(operator).toFlowable();
            case 2 -> source.first(7).compose(operator).toFlowable();
            case 3 -> source.ignoreElements().compose(operator).toFlowable();
            default -> source.compose(operator);
        };
    }

    private Object pair(Object x, Object y) {
        return number(x) + number(y);
    }

    private static int number(Object element) {
        return element instanceof Integer i ? i : 0;
    }

    /** A consumer as RxJava knows it. */
    private static class FlowableConsumer extends Consumer implements FlowableSubscriber<Object> {

        FlowableConsumer(World world, int index, Pipeline.Subscriber plan) {
            super(world, index, plan);
        }
    }

    private static final class Conditional extends FlowableConsumer implements ConditionalSubscriber<Object> {

        Conditional(World world, int index, Pipeline.Subscriber plan) {
            super(world, index, plan);
        }
    }
}
