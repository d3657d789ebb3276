// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** One subscription of a source that follows its script. */
public final class ScriptedSource implements Subscription {

    private final World world;
    private final Node node;
    private final Script script;
    private final Subscriber<? super Object> subscriber;

    private long requested;
    private int emitted;
    private volatile boolean emitting;
    private volatile boolean cancelled;
    private volatile boolean ended;
    private boolean isOver;

    private ScriptedSource(World world, Node node, Subscriber<? super Object> subscriber) {
        this.world = world;
        this.node = node;
        this.script = world.scriptOf(node);
        this.subscriber = subscriber;
    }

    /** Subscribes. */
    public static void subscribe(World world, Node node, Subscriber<? super Object> subscriber) {
        world.note(node.id(), World.What.SUBSCRIBED, 0);
        new ScriptedSource(world, node, subscriber).start();
    }

    private void start() {
        switch (script) {
            case NO_ON_SUBSCRIBE -> {}
            case THROWS_IN_SUBSCRIBE -> throw thrown(new Boom(node.id()));
            case THROWS_AFTER_ON_SUBSCRIBE -> {
                subscriber.onSubscribe(this);
                throw thrown(new Boom(node.id()));
            }
            case ON_SUBSCRIBE_LATER -> world.aside().schedule(1, () -> subscriber.onSubscribe(this));
            case TWO_SUBSCRIPTIONS -> {
                subscriber.onSubscribe(this);
                subscriber.onSubscribe(new ScriptedSource(world, node, subscriber));
            }
            case WITHOUT_DEMAND -> {
                subscriber.onSubscribe(this);
                requested = Long.MAX_VALUE;
                emit();
            }
            default -> subscriber.onSubscribe(this);
        }
    }

    @Override
    public void request(long n) {
        world.note(node.id(), World.What.REQUESTED, (int) Math.min(n, 1_000_000));
        if (script == Script.THROWS_IN_REQUEST) {
            throw thrown(new Boom(node.id()));
        }
        if (script == Script.FATAL_IN_REQUEST) {
            throw thrown(new Boom.OfFatal());
        }
        if (n <= 0 || cancelled) {
            return;
        }
        add(n);
        if (script == Script.ON_DEMAND_LATER) {
            world.aside().schedule(1, this::emit);
        } else {
            emit();
        }
    }

    private synchronized void add(long n) {
        requested = Math.max(requested + n, requested);
    }

    private void emit() {
        if (!begins()) {
            return;
        }
        boolean isOpen = true;
        try {
            while (takesOne()) {
                boolean isNull = script == Script.NULL_ELEMENT && emitted == 2;
                if (isNull) {
                    world.nullEmitted();
                }
                subscriber.onNext(isNull ? null : (Object) emitted);
            }
            isOpen = false;
            if (ends()) {
                end();
            }
        } finally {
            if (isOpen) {
                emitting = false;
            }
        }
    }

    private synchronized boolean begins() {
        boolean begins = !emitting && !ended && !world.isExhausted();
        emitting |= begins;
        return begins;
    }

    /** Returns whether there is an element to emit; otherwise the next request emits. */
    private synchronized boolean takesOne() {
        emitting = requested > 0 && emitted < node.size() && goesOn();
        if (emitting) {
            requested--;
            emitted++;
        }
        return emitting;
    }

    private synchronized boolean ends() {
        boolean ends = emitted >= node.size() && goesOn() && !ended;
        ended |= ends;
        return ends;
    }

    private boolean goesOn() {
        return !cancelled || script == Script.IGNORES_CANCEL;
    }

    private void end() {
        if (script == Script.FAILS) {
            subscriber.onError(new Boom(node.id()));
            return;
        }
        subscriber.onComplete();
        switch (script) {
            case TWO_ENDS -> subscriber.onComplete();
            case ERROR_AFTER_END -> subscriber.onError(new Boom(node.id()));
            case ELEMENT_AFTER_END -> subscriber.onNext(emitted + 1);
            default -> {}
        }
    }

    /** After it throws, the code that catches the exception decides whether to cancel it. */
    private <E extends Throwable> E thrown(E failure) {
        isOver = true;
        world.thrownBySource();
        return failure;
    }

    @Override
    public void cancel() {
        if (isOver || ended) {
            return;
        }
        world.note(node.id(), World.What.CANCELLED, 0);
        cancelled = true;
        if (script == Script.THROWS_IN_CANCEL) {
            world.thrownByCancel();
            throw new Boom(node.id());
        }
        if (script == Script.SIGNALS_IN_CANCEL && !ended) {
            ended = true;
            subscriber.onComplete();
        }
    }
}
