// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"ship order-17", "größer ⇢ 大 😀", "<b>&amp;\"'", "C:\\orders", ""})
    void ordinaryTextStaysAsItIs(String text) {
        assertThat(LogText.escape(text)).isEqualTo(text);
    }

    @Test
    void nothingInANameBeginsALine() {
        assertThat(LogText.escape("a\nb\rc\u0085d\u2028e\u2029f"))
                .isEqualTo("a\\u000ab\\u000dc\\u0085d\\u2028e\\u2029f");
    }

    @Test
    void nothingInANameColoursTheConsoleOrTurnsItsTextAround() {
        assertThat(LogText.escape("\u001b[31m\u0007\u202e\u200b\t\0"))
                .isEqualTo("\\u001b[31m\\u0007\\u202e\\u200b\\u0009\\u0000");
        assertThat(LogText.escape(Character.toString(0xE0001))).isEqualTo("\\u{e0001}");
    }

    @Test
    void halfACharacterIsNotPassedOn() {
        assertThat(LogText.escape("a\ud83db\ude00")).isEqualTo("a\\ud83db\\ude00");
    }
}
