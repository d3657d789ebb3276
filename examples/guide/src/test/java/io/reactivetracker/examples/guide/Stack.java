// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Stack traces as text. */
final class Stack {

    private Stack() {}

    static String of(Throwable throwable) {
        StringWriter text = new StringWriter();
        throwable.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
