// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.test.RecordStoreContract;

/** Runs the contract of stores on the in-memory store. */
class InMemoryRecordStoreTest extends RecordStoreContract {

    @Override
    protected RecordStore<String> store(Retention retention) {
        return RecordStore.inMemory(retention);
    }
}
