// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.disposables.CompositeDisposable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;
import kotlinx.coroutines.SupervisorKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** One task counted up and down with different counters; all threads use the same counter. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PairBenchmark {

    private final TaskOptions defaults = TaskOptions.defaults();
    private final TaskOptions named = TaskOptions.named("task");

    private AtomicLong word;
    private LongAdder adder;
    private OneWordTracker oneWord;
    private TaskTracker tracker;
    private TaskTracker closed;
    private TaskToken neverClosed;
    private Phaser phaser;
    private Semaphore semaphore;
    private CompositeDisposable composite;
    private Disposable.Composite disposables;
    private Set<Object> set;
    private CompletableJob supervisor;

    private long guarded;

    /** Creates each counter as late as possible, so that each benchmark has fresh ones. */
    @Setup
    public void make() {
        word = new AtomicLong();
        adder = new LongAdder();
        oneWord = new OneWordTracker();
        tracker = TaskTracker.create("open");
        closed = TaskTracker.create("closed");
        neverClosed = closed.token();
        closed.close();
        phaser = new Phaser(1);
        semaphore = new Semaphore(Integer.MAX_VALUE);
        composite = new CompositeDisposable();
        disposables = Disposables.composite();
        set = ConcurrentHashMap.newKeySet();
        supervisor = SupervisorKt.SupervisorJob(null);
    }

    /** The state of each thread; JMH pads it. */
    @State(Scope.Thread)
    public static class Own {

        static final VarHandle WORD;
        static final VarHandle RELEASED;

        static {
            try {
                WORD = MethodHandles.lookup().findVarHandle(Own.class, "word", long.class);
                RELEASED = MethodHandles.lookup().findVarHandle(Released.class, "released", boolean.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        volatile long word;

        final Object element = new Object();
        final Disposable disposable = () -> {};
        final io.reactivex.rxjava3.disposables.Disposable rxDisposable =
                io.reactivex.rxjava3.disposables.Disposable.empty();
    }

    /** The minimum of a subscriber: an object that knows whether it was released. */
    static final class Released {
        volatile boolean released;
    }

    /** The lower bound for one word. */
    @Benchmark
    public long bareWord() {
        return word.getAndAdd(1) + word.getAndAdd(-1);
    }

    /** The lower bound for a token that is released once: one word per thread, and a field of a fresh object. */
    @Benchmark
    public void ownWordReleasedOnce(Own own, Blackhole blackhole) {
        Released token = new Released();
        blackhole.consume((long) Own.WORD.getAndAdd(own, 1L));
        blackhole.consume(token);
        if (!(boolean) Own.RELEASED.getAndSet(token, true)) {
            blackhole.consume((long) Own.WORD.getAndAdd(own, -1L));
        }
    }

    @Benchmark
    public void longAdder() {
        adder.increment();
        adder.decrement();
    }

    @Benchmark
    public void oneWordToken(Blackhole blackhole) {
        OneWordTracker.Token token = oneWord.token();
        blackhole.consume(token);
        token.close();
    }

    @Benchmark
    public void token(Blackhole blackhole) {
        pair(tracker, defaults, blackhole);
    }

    @Benchmark
    public void tokenAfterClose(Blackhole blackhole) {
        pair(closed, defaults, blackhole);
    }

    @Benchmark
    public void tokenNamed(Blackhole blackhole) {
        pair(tracker, named, blackhole);
    }

    @Benchmark
    public void tryToken(Blackhole blackhole) {
        TaskToken token = tracker.tryToken();
        blackhole.consume(token);
        token.close();
    }

    private static void pair(TaskTracker tracker, TaskOptions options, Blackhole blackhole) {
        SubscriberToken token = new SubscriberToken(tracker, options);
        blackhole.consume(token);
        token.close();
    }

    @Benchmark
    public int phaser() {
        return phaser.register() + phaser.arriveAndDeregister();
    }

    @Benchmark
    public void semaphore() {
        semaphore.tryAcquire();
        semaphore.release();
    }

    @Benchmark
    public boolean compositeDisposable(Own own) {
        return composite.add(own.rxDisposable) & composite.delete(own.rxDisposable);
    }

    @Benchmark
    public boolean disposablesComposite(Own own) {
        return disposables.add(own.disposable) & disposables.remove(own.disposable);
    }

    @Benchmark
    public boolean concurrentSet(Own own) {
        return set.add(own.element) & set.remove(own.element);
    }

    @Benchmark
    public long synchronizedCounter() {
        return change(1) + change(-1);
    }

    private synchronized long change(long by) {
        guarded += by;
        return guarded;
    }

    /** A child of a supervisor, created and completed. */
    @Benchmark
    public boolean kotlinJob() {
        return JobKt.Job(supervisor).complete();
    }

    /** A scope of one task, which runs in a virtual thread; this measures more than a count. */
    @Benchmark
    public Object structuredTaskScope() throws Throwable {
        return StructuredScopes.runOne();
    }
}
