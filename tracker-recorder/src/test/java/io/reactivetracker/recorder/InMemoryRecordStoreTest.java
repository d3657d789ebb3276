// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.test.RecordStoreContract;

/** The contract over the store in memory: that both keep it alike is what the contract is for. */
class InMemoryRecordStoreTest extends RecordStoreContract {

    @Override
    protected RecordStore<String> store(Retention retention) {
        return RecordStore.inMemory(retention);
    }
}
