// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

class TaskOptionsTest {

    @Test
    void holdWhatWasAskedForAndNothingElse() {
        assertThat(TaskOptions.named("ship").name()).isEqualTo("ship");
        assertThat(TaskOptions.named("ship").isStrict()).isFalse();
        assertThat(TaskOptions.strict().name()).isNull();
        assertThat(TaskOptions.strict().isStrict()).isTrue();
        assertThat(TaskOptions.defaults().name()).isNull();
        assertThat(TaskOptions.defaults().isStrict()).isFalse();
    }

    @Test
    void canBeCombinedInEitherOrder() {
        assertThat(TaskOptions.named("ship").and(TaskOptions.strict()))
                .isEqualTo(TaskOptions.strict().and(TaskOptions.named("ship")))
                .hasToString("TaskOptions[name=ship, isStrict=true, parent=null, timeout=null]");
    }

    @Test
    void doNotChangeWhenCombined() {
        TaskOptions plain = TaskOptions.named("ship");
        TaskOptions strict = plain.and(TaskOptions.strict());
        TaskOptions renamed = plain.and(TaskOptions.named("bill"));
        assertThat(plain).isEqualTo(TaskOptions.named("ship"));
        assertThat(strict).isNotEqualTo(plain);
        assertThat(renamed.name()).isEqualTo("bill");
    }

    @Test
    @SuppressWarnings("NullAway")
    void nameNothingWithABlankOrWithNull() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.named(" "))
                .withMessageStartingWith("task name must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.strict().and(TaskOptions.named("")))
                .withMessageStartingWith("task name must not be blank");
        assertThatNullPointerException().isThrownBy(() -> TaskOptions.named(null));
    }
}
