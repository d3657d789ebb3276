// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.recorder.Retention;
import java.time.Duration;

/** The scripts of a namespace, with its settings as constants. */
final class Scripts {

    /** The number of records that one call tidies up. A call adds one at most. */
    private static final int MAX_TIDIED_PER_CALL = 8;

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
        // An end is sent again for as long as the lease is held, and each reply is awaited for the time limit.
        long remembered = 2 * (leaseMicros + micros(timeLimit));
        // In milliseconds, when all leases have run out and all records have reached their age.
        long expiry = (ageMicros + leaseMicros + remembered) / 1000 + 1000;
        long maxEntries = retention.maxEntries() == Long.MAX_VALUE ? 0 : retention.maxEntries();
        String settings = "local LEASE, AGE, MAX_ENTRIES, REMEMBERED, EXPIRY, MAX_TIDIED = " + leaseMicros + ","
                + ageMicros + "," + maxEntries + "," + remembered + "," + expiry + ",'" + MAX_TIDIED_PER_CALL + "'";
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
