// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.recorder.Retention;
import java.time.Duration;

/** The scripts of a namespace, with its settings in them. */
final class Scripts {

    /** Each call makes one record more; what it tidies up is more than that, and still little work. */
    private static final int MOST = 8;

    final Script begin;
    final Script beginRevoke;
    final Script succeed;
    final Script fail;
    final Script renew;
    final Script forget;
    final Script find;
    final Script keys;
    final Script counts;
    final Script open;

    Scripts(Duration lease, Duration timeLimit, Retention retention) {
        Duration age = retention.maxAge();
        long leaseMicros = micros(lease);
        long ageMicros = age == null ? 0 : micros(age);
        // An end is asked for again for as long as the lease is held, and each answer is awaited for the time limit.
        long remembered = 2 * (leaseMicros + micros(timeLimit));
        // When all leases have run out, and all that has ended has reached its age.
        long expiry = (ageMicros + leaseMicros + remembered) / 1000 + 1000;
        String settings = "local LEASE, AGE, NUMBER, REMEMBERED, EXPIRY, MOST = " + leaseMicros + "," + ageMicros + ","
                + (retention.maxEntries() == Long.MAX_VALUE ? 0 : retention.maxEntries()) + "," + remembered + "," + expiry
                + ",'" + MOST + "'";
        begin = new Script("begin", settings, "local BEGUN = 'R'");
        beginRevoke = new Script("begin", settings, "local BEGUN = 'V'");
        succeed = new Script("settle", settings, "local STEP = 'succeed'");
        fail = new Script("settle", settings, "local STEP = 'fail'");
        renew = new Script("renew", settings);
        forget = new Script("forget", settings);
        find = new Script("find", settings);
        keys = new Script("keys", settings);
        counts = new Script("counts", settings);
        open = new Script("open", settings);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
