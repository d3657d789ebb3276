// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.util.List;

/**
 * A fenced block of a page.
 *
 * @param info the words after the opening marks
 * @param line the number of the line with the opening marks; the text begins one line below
 * @param text the lines between the marks, without the indentation of the opening marks
 * @param run the text of a comment {@code <!-- run: text -->} right above, or an empty string
 */
record Fence(String info, int line, List<String> text, String run) {

    boolean isJava() {
        return info.equals("java");
    }

    boolean isKotlin() {
        return info.equals("kotlin");
    }

    boolean isOutput() {
        return info.equals("text output");
    }

    String code() {
        return String.join("\n", text) + "\n";
    }
}
