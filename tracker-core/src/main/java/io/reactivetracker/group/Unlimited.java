// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;

/** Admits every task at once. */
final class Unlimited implements Admission {

    static final Unlimited INSTANCE = new Unlimited();

    private Unlimited() {}

    @Override
    public Registration admit(AdmissionRequest request) {
        request.grant(Permit.NOTHING_TO_RELEASE);
        return Registration.none();
    }
}
