// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring.shop;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** What the documentation shows of an application: all that it has to do. */
@Component
class Orders {

    final List<String> shipped = new CopyOnWriteArrayList<>();

    private final TaskGroup group;

    Orders(TaskGroup group) {
        this.group = group;
    }

    private Mono<Void> ship(Order order) {
        return Mono.fromRunnable(() -> {
            if (shipped.isEmpty()) {
                shipped.add("failed " + order.id());
                throw new IllegalStateException("the first attempt always fails");
            }
            shipped.add(order.id());
        });
    }

    record Order(String id) {}

    void accept(Order order) {
        ship(order).transform(trackWith(group, "ship " + order.id())).subscribe();
    }
}
