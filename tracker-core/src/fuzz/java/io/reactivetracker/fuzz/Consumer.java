// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import org.reactivestreams.Subscription;

/** A subscriber that records its signals, requests as its {@link Demand} says, and may misbehave. */
public class Consumer {

    private static final int TERMINAL = 9;

    private final World world;
    private final int number;
    private final Pipeline.Subscriber plan;

    private volatile Subscription subscription;
    private int taken;
    private volatile boolean ended;
    private volatile boolean cancelled;
    private int ends;

    @SuppressWarnings("this-escape") // the world only lists it
    public Consumer(World world, int index, Pipeline.Subscriber plan) {
        this.world = world;
        this.number = World.FIRST_CONSUMER + index;
        this.plan = plan;
        world.add(this);
    }

    void cancel() {
        if (subscription != null && !ended) {
            ended = true;
            cancelled = true;
            subscription.cancel();
        }
    }

    public void onSubscribe(Subscription s) {
        world.note(number, World.What.ON_SUBSCRIBE, 0);
        subscription = s;
        misbehave(0);
        if (ended) {
            return;
        }
        switch (plan.demand()) {
            case UNBOUNDED -> s.request(Long.MAX_VALUE);
            case ONE_BY_ONE -> s.request(1);
            case TWO_AND_NO_MORE -> s.request(2);
            case LATER -> askLater();
            case NEVER -> {}
            case ZERO -> s.request(0);
            case NEGATIVE -> s.request(-1);
        }
    }

    boolean hasEnded() {
        return ended;
    }

    private void askLater() {
        world.aside().schedule(2, () -> {
            if (!ended) {
                subscription.request(1);
                if (!world.isExhausted() && world.clockwork().now() < 30) {
                    askLater();
                }
            }
        });
    }

    public void onNext(Object element) {
        world.note(number, World.What.ON_NEXT, element instanceof Integer i ? i : -1);
        taken++;
        misbehave(taken);
        if (!ended && plan.demand() == Demand.ONE_BY_ONE) {
            subscription.request(1);
        }
    }

    /** Receives an element; returns whether it was consumed. */
    public boolean tryOnNext(Object element) {
        onNext(element);
        return taken % 2 == 0;
    }

    public void onError(Throwable error) {
        if (cancelled) {
            // It may already have been on its way.
            return;
        }
        end();
        world.note(number, World.What.ON_ERROR, error);
        misbehave(TERMINAL);
    }

    public void onComplete() {
        if (cancelled) {
            return;
        }
        end();
        world.note(number, World.What.ON_COMPLETE, 0);
        misbehave(TERMINAL);
    }

    private void end() {
        ended = true;
        ends++;
        if (ends > 1) {
            world.endedTwice(number);
        }
    }

    private void misbehave(int now) {
        if (plan.at() == now) {
            if (plan.fault() == Fault.RETURN_NULL) {
                cancel();
            } else {
                world.act(plan.fault(), number, this);
            }
        }
    }
}
