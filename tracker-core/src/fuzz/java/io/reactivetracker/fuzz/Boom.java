// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** An exception that is thrown on purpose. */
public final class Boom extends RuntimeException {

    private static final long serialVersionUID = 1L;

    final int node;

    public Boom(int node) {
        super("boom " + node, null, false, false);
        this.node = node;
    }

    /** An error that libraries handle like an exception. */
    static final class OfError extends AssertionError {
        private static final long serialVersionUID = 1L;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    /** An error that libraries rethrow. */
    static final class OfFatal extends LinkageError {
        private static final long serialVersionUID = 1L;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
