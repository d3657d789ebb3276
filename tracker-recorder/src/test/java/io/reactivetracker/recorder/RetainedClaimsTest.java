// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.recorder.RetainedClaims.RetainedClaim;
import io.reactivetracker.test.ManualTimer;
import org.junit.jupiter.api.Test;

class RetainedClaimsTest {

    private final ManualTimer timer = new ManualTimer();
    private final Retention one = Retention.maxEntries(1);
    private final RetainedClaims<String> claims = new RetainedClaims<>(one, timer);
    private final MemoryStore<String> store = new MemoryStore<>(one, timer);

    private RetainedClaim<String> claim(String key) {
        return new RetainedClaim<>(store, key, TaskStatus.RUNNING);
    }

    @Test
    void aClaimThatHasLeftBeforeItEnteredDoesNotEnterAnyMore() {
        // This happens when the next task begins between the end of a task and its entry.
        RetainedClaim<String> replaced = claim("a");
        claims.leave(replaced);
        claims.enter(replaced);
        RetainedClaim<String> next = claim("b");
        claims.enter(next);
        assertThat(claims.pollExpired()).isNull();
        claims.enter(claim("c"));
        assertThat(claims.pollExpired()).isSameAs(next);
        assertThat(claims.pollExpired()).isNull();
    }

    @Test
    void aClaimMayLeaveFromAnywhere() {
        RetainedClaim<String> first = claim("a");
        RetainedClaim<String> middle = claim("b");
        RetainedClaim<String> last = claim("c");
        claims.enter(first);
        claims.enter(middle);
        claims.enter(last);
        claims.leave(middle);
        claims.leave(middle);
        assertThat(claims.pollExpired()).isSameAs(first);
        assertThat(claims.pollExpired()).isNull();
        claims.leave(last);
        RetainedClaim<String> next = claim("d");
        claims.enter(next);
        claims.enter(claim("e"));
        assertThat(claims.pollExpired()).isSameAs(next);
    }
}
