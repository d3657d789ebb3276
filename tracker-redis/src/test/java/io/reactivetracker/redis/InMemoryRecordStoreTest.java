// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.Retention;

/** The contract over the store in memory: that both keep it alike is what the contract is for. */
class InMemoryRecordStoreTest extends RecordStoreContract {

    @Override
    RecordStore<String> store(Retention retention) {
        return RecordStore.inMemory(retention);
    }
}
