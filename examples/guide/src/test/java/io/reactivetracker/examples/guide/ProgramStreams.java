// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for {@code System.out} and {@code System.err}, and gives each program what its own threads print. What
 * threads of earlier programs print is dropped. A thread of no program, such as one of the common pool, prints for the
 * program that runs.
 */
final class ProgramStreams implements AutoCloseable {

    private final PrintStream outBefore = System.out;
    private final PrintStream errBefore = System.err;
    private volatile @Nullable Output current;

    ProgramStreams() {
        System.setOut(new PrintStream(new ByThread(outBefore, true), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new ByThread(errBefore, false), true, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        System.setOut(outBefore);
        System.setErr(errBefore);
    }

    /** Begins to collect what a program prints; it is the program that runs. */
    Output collect(String name) {
        Output output = new Output(name);
        current = output;
        return output;
    }

    /** What a program prints, and the group of its threads. */
    final class Output extends ThreadGroup implements AutoCloseable {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();

        private Output(String name) {
            super(name);
        }

        String out() {
            return out.toString(StandardCharsets.UTF_8);
        }

        String err() {
            return err.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            current = null;
        }
    }

    private final class ByThread extends OutputStream {

        private final OutputStream others;
        private final boolean isOut;

        ByThread(OutputStream others, boolean isOut) {
            this.others = others;
            this.isOut = isOut;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Output running = current;
            Output own = running;
            for (ThreadGroup group = Thread.currentThread().getThreadGroup();
                    group != null;
                    group = group.getParent()) {
                if (group instanceof Output output) {
                    own = output;
                    break;
                }
            }
            if (own == null) {
                others.write(bytes, offset, length);
            } else if (own == running) {
                (isOut ? own.out : own.err).write(bytes, offset, length);
            }
        }
    }
}
