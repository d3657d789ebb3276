// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.rxjava.RxTracking;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** One of many elements in a pipeline: polled by its consumer, pushed where an operator is not fused, and hidden. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ElementsBenchmark.ELEMENTS)
public class ElementsBenchmark {

    static final int ELEMENTS = 10_000;

    private final TaskTracker tracker = TaskTracker.create("elements");

    private Sink.OfReactor reactor;
    private Sink.OfReactorFused reactorFused;
    private Sink.OfFlowable rx;
    private Sink.OfFlowableFused rxFused;

    private final Flux<Integer> flux = Flux.range(0, ELEMENTS).map(element -> element);
    private final Flux<Integer> fluxTracked = Flux.from(flux.transform(ReactorTracking.trackWith(tracker)));
    private final Flux<Integer> fluxDoFinally = flux.doFinally(signal -> {});
    private final Flux<Integer> fluxHide = flux.hide();
    private final Flux<Integer> fluxHideHide = flux.hide().hide();
    private final Publisher<Integer> fluxHideSmallest = Through.with(flux.hide(), PassThrough::new);
    private final Flux<Integer> fluxHideTracked = Flux.from(flux.hide().transform(ReactorTracking.trackWith(tracker)));

    private final Flowable<Integer> flowable = Flowable.range(0, ELEMENTS).map(element -> element);
    private final Flowable<Integer> flowableTracked = flowable.compose(RxTracking.trackWith(tracker));
    private final Flowable<Integer> flowableDoFinally = flowable.doFinally(() -> {});
    private final Flowable<Integer> flowableHide = flowable.hide();
    private final Flowable<Integer> flowableHideHide = flowable.hide().hide();
    private final Flowable<Integer> flowableHideTracked = flowable.hide().compose(RxTracking.trackWith(tracker));

    private final Observable<Integer> observable = Observable.range(0, ELEMENTS).map(element -> element);
    private final Observable<Integer> observableTracked = observable.compose(RxTracking.trackWith(tracker));
    private final Observable<Integer> observableDoFinally = observable.doFinally(() -> {});
    private final Observable<Integer> observableHide = observable.hide();
    private final Observable<Integer> observableHideHide = observable.hide().hide();
    private final Observable<Integer> observableHideTracked = observable.hide().compose(RxTracking.trackWith(tracker));

    /** Makes the consumers. */
    @Setup
    public void make(Blackhole blackhole) {
        reactor = new Sink.OfReactor(blackhole);
        reactorFused = new Sink.OfReactorFused(blackhole);
        rx = new Sink.OfFlowable(blackhole);
        rxFused = new Sink.OfFlowableFused(blackhole);
    }

    @Benchmark
    public void fluxFused() {
        flux.subscribe(reactorFused);
    }

    /** Not fused: the elements are pushed. */
    @Benchmark
    public void fluxFusedTrackWith() {
        fluxTracked.subscribe(reactor);
    }

    /** Reactor's operator is no longer fused: the elements are pushed. */
    @Benchmark
    public void fluxFusedDoFinally() {
        fluxDoFinally.subscribe(reactor);
    }

    @Benchmark
    public void fluxHide() {
        fluxHide.subscribe(reactor);
    }

    @Benchmark
    public void fluxHideHide() {
        fluxHideHide.subscribe(reactor);
    }

    /** The lower bound for an operator that is not Reactor's own. */
    @Benchmark
    public void fluxHideSmallest() {
        fluxHideSmallest.subscribe(reactor);
    }

    @Benchmark
    public void fluxHideTrackWith() {
        fluxHideTracked.subscribe(reactor);
    }

    @Benchmark
    public void flowableFused() {
        flowable.subscribe(rxFused);
    }

    @Benchmark
    public void flowableFusedTrackWith() {
        flowableTracked.subscribe(rx);
    }

    @Benchmark
    public void flowableFusedDoFinally() {
        flowableDoFinally.subscribe(rxFused);
    }

    @Benchmark
    public void flowableHide() {
        flowableHide.subscribe(rx);
    }

    @Benchmark
    public void flowableHideHide() {
        flowableHideHide.subscribe(rx);
    }

    @Benchmark
    public void flowableHideTrackWith() {
        flowableHideTracked.subscribe(rx);
    }

    @Benchmark
    public void observableFused() {
        observable.subscribe(rxFused);
    }

    @Benchmark
    public void observableFusedTrackWith() {
        observableTracked.subscribe(rx);
    }

    @Benchmark
    public void observableFusedDoFinally() {
        observableDoFinally.subscribe(rxFused);
    }

    @Benchmark
    public void observableHide() {
        observableHide.subscribe(rx);
    }

    @Benchmark
    public void observableHideHide() {
        observableHideHide.subscribe(rx);
    }

    @Benchmark
    public void observableHideTrackWith() {
        observableHideTracked.subscribe(rx);
    }
}
