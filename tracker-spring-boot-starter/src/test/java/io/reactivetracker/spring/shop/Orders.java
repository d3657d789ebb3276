// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring.shop;

import static io.reactivetracker.reactor.ReactorTracking.spawn;

import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The code that the documentation shows of an application. */
@RestController
class Orders {

    final List<String> shipped = new CopyOnWriteArrayList<>();
    private final AtomicBoolean isFirst = new AtomicBoolean(true);

    private final TaskGroup group;

    Orders(TaskGroup group) {
        this.group = group;
    }

    private Mono<Void> ship(String id) {
        return id.equals("lost")
                ? Mono.never()
                : Mono.fromRunnable(() -> {
                    if (isFirst.getAndSet(false)) {
                        shipped.add("failed " + id);
                        throw new IllegalStateException("the first attempt always fails");
                    }
                    shipped.add(id);
                });
    }

    @PostMapping("/orders/{id}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void accept(@PathVariable String id) {
        spawn(group, ship(id).name("ship " + id));
    }
}
