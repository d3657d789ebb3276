// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StripedTest {

    private static final class Stripe extends Striped.Stripe {}

    private final Striped<Stripe> striped = new Striped<>(new Stripe(), Stripe::new);

    private void meet() {
        Stripe stripe = striped.current();
        stripe.setTaken(true);
        for (int i = 0; i < 4; i++) {
            striped.detectContention(stripe);
        }
        stripe.setTaken(false);
    }

    private List<Stripe> all() {
        List<Stripe> all = new ArrayList<>();
        striped.forAll(all::add);
        return all;
    }

    @Test
    void hasOneStripeUntilThreadsHaveMetThereSeveralTimes() {
        Stripe first = striped.current();
        assertThat(all()).containsExactly(first);
        first.setTaken(true);
        for (int i = 0; i < 3; i++) {
            striped.detectContention(first);
        }
        assertThat(striped.isSpread()).isFalse();
        striped.detectContention(first);
        assertThat(striped.isSpread()).isTrue();
        assertThat(all()).hasSize(1 + Striped.MAX_STRIPES).startsWith(first).doesNotHaveDuplicates();
    }

    @Test
    void addsNothingToTheFirstStripeOnceThereAreOthers() {
        Stripe first = striped.current();
        meet();
        assertThat(striped.current()).isNotSameAs(first).isIn(all());
    }

    @Test
    void looksAtAllStripesEachOnce() {
        meet();
        List<Stripe> each = new ArrayList<>();
        striped.forEach(each::add);
        assertThat(each).isEqualTo(all());
    }

    @Test
    void readsAllStripesAtOneInstantAlsoIfStripesAreAddedMeanwhile() throws Exception {
        Stripe first = striped.current();
        List<Stripe> read = new ArrayList<>();
        Thread reading = new Thread(() -> striped.forAll(read::add));
        synchronized (first) {
            reading.start();
            await().until(() -> reading.getState() == Thread.State.BLOCKED);
            meet();
        }
        reading.join();
        assertThat(read).hasSize(1 + Striped.MAX_STRIPES).isEqualTo(all());
    }

    @Test
    void locksAllStripesWhileItReadsThemAtOneInstant() {
        meet();
        List<Stripe> all = all();
        striped.forAll(stripe -> assertThat(all).allMatch(Thread::holdsLock));
    }

    @Test
    void locksOneStripeWhileItReadsOneAfterTheOther() {
        meet();
        List<Stripe> all = all();
        striped.forEach(stripe -> assertThat(all).filteredOn(Thread::holdsLock).containsExactly(stripe));
    }

    @Test
    void givesEachIdOnceThoughStripesReserveThem() {
        meet();
        Set<Long> ids = new HashSet<>();
        for (int round = 0; round < 300; round++) {
            striped.forEach(stripe -> assertThat(ids.add(stripe.nextId())).isTrue());
        }
        assertThat(ids).hasSize(300 * (1 + Striped.MAX_STRIPES));
    }

    @Test
    void givesHigherIdsToWhatComesLaterToOneStripe() {
        Stripe stripe = striped.current();
        long last = stripe.nextId();
        for (int i = 0; i < 300; i++) {
            long next = stripe.nextId();
            assertThat(next).isGreaterThan(last);
            last = next;
        }
    }

    @Test
    void goesOnWithOneStripeWhereThereIsNoMemoryForMore() {
        Striped<Stripe> full = new Striped<>(new Stripe(), () -> {
            throw new OutOfMemoryError("test");
        });
        Stripe first = full.current();
        first.setTaken(true);
        for (int i = 0; i < 10; i++) {
            full.detectContention(first);
        }
        assertThat(full.isSpread()).isFalse();
        assertThat(full.current()).isSameAs(first);
    }
}
