// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Renews all leases of one duration in a recorder together, and detects which are lost.
 *
 * <p>There is a round after each third of a lease. So a lease is renewed twice before it would end, and one request may
 * go unanswered. If a lease ends between two rounds, because it was not renewed, an alarm is due at its end. No alarm
 * is set while no lease is held.
 */
final class LeaseRenewal {

    private static final int PARTS_OF_LEASE = 3;

    private final RecordStore<?> store;
    private final TaskTimer timer;
    private final long leaseNanos;
    private final long intervalNanos;

    // Guarded by this. The alarm is due at the next round, or at the end of a lease before that.
    private final Set<Lease> held = new LinkedHashSet<>();
    private long nextRound;
    private @Nullable Registration alarm;

    LeaseRenewal(RecordStore<?> store, TaskTimer timer, Duration lease) {
        this.store = store;
        this.timer = timer;
        this.leaseNanos = Durations.saturatedNanos(lease);
        this.intervalNanos = Math.max(1, leaseNanos / PARTS_OF_LEASE);
    }

    long leaseNanos() {
        return leaseNanos;
    }

    /**
     * Begins to renew a lease.
     *
     * @throws RuntimeException if the timer throws; then the lease is not renewed
     */
    synchronized void add(Lease lease) {
        if (held.isEmpty() && alarm == null) {
            nextRound = timer.nanoTime() + intervalNanos;
            alarm = alarmIn(intervalNanos);
        }
        held.add(lease);
    }

    void remove(Lease lease) {
        Registration left = null;
        synchronized (this) {
            if (held.remove(lease) && held.isEmpty()) {
                left = alarm;
                alarm = null;
            }
        }
        if (left != null) {
            left.close();
        }
    }

    private Registration alarmIn(long nanos) {
        return Objects.requireNonNull(
                timer.schedule(Duration.ofNanos(Math.max(0, nanos)), this::wake),
                "the timer returned null, not a registration");
    }

    private void wake() {
        long now = timer.nanoTime();
        List<Lease> lost = new ArrayList<>();
        List<Lease> due = new ArrayList<>();
        Throwable refused = null;
        synchronized (this) {
            boolean isRound = now - nextRound >= 0;
            if (isRound) {
                nextRound = now + intervalNanos;
            }
            long wakeIn = nextRound - now;
            for (Lease lease : held) {
                long left = lease.endsAt() - now;
                if (left <= 0) {
                    lost.add(lease);
                } else {
                    wakeIn = Math.min(wakeIn, left);
                    if (isRound) {
                        due.add(lease);
                    }
                }
            }
            alarm = null;
            if (held.size() > lost.size()) {
                try {
                    alarm = alarmIn(wakeIn);
                } catch (Throwable thrown) {
                    refused = thrown;
                }
                closeUnneeded();
            }
        }
        lost.forEach(lease -> lease.lose(null));
        if (refused != null) {
            Throwable reason = refused;
            heldNow().forEach(lease -> lease.lose(reason));
        } else if (!due.isEmpty()) {
            renew(due, now);
        }
    }

    /** A timer may run other code in the call, which may have ended the last task. */
    private void closeUnneeded() {
        if (held.isEmpty() && alarm != null) {
            alarm.close();
            alarm = null;
        }
    }

    private synchronized List<Lease> heldNow() {
        return List.copyOf(held);
    }

    private void renew(List<Lease> due, long now) {
        List<RecordStore.Claim> claims = new ArrayList<>(due.size());
        due.forEach(lease -> claims.add(lease.claim));
        List<? extends @Nullable CompletionStage<Boolean>> answers;
        try {
            answers = store.renewAll(claims);
        } catch (Throwable thrown) {
            due.forEach(lease -> lease.missed(StoreStep.failure("renewing the lease of", lease.task.key(), thrown)));
            return;
        }
        for (int i = 0; i < due.size(); i++) {
            Lease lease = due.get(i);
            CompletionStage<Boolean> answer = answers != null && i < answers.size() ? answers.get(i) : null;
            StoreStep.<Boolean>ask("renewing the lease of", lease.task.key(), () -> answer, (isRenewed, failure) -> {
                if (failure != null) {
                    lease.missed(failure);
                } else if (Boolean.TRUE.equals(isRenewed)) {
                    lease.renewed(now);
                } else {
                    lease.refused();
                }
            });
        }
    }
}
