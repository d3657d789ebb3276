// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.shutdown.JvmShutdown;
import io.reactivetracker.shutdown.ShutdownPlan;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The plan that the Javadoc shows. It stays installed in this process, and its run at the end of it does nothing. */
class ShutdownPlanSnippetsTest {

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // as in the documentation
    void thePlan() {
        List<String> closed = new CopyOnWriteArrayList<>();
        AutoCloseable consumer = () -> closed.add("consumer");
        AutoCloseable redis = () -> closed.add("redis");
        TaskGroup orders = TaskGroup.builder("orders").build();
        // spotless:off
        ShutdownPlan plan = ShutdownPlan.within(Duration.ofSeconds(25))
                .phase("intake", phase -> phase.close("consumer", consumer))
                .phase("work", phase -> phase.after("intake").reserve(Duration.ofSeconds(15)).group(orders))
                .phase("clients", phase -> phase.after("work").close("redis", redis))
                .build();
        JvmShutdown.install(plan);
        // spotless:on
        assertThatThrownBy(() -> JvmShutdown.install(plan)).isInstanceOf(IllegalStateException.class);
        assertThat(plan.run("test").join().isComplete()).isTrue();
        assertThat(closed).containsExactly("consumer", "redis");
        assertThat(orders.isClosed()).isTrue();
    }
}
