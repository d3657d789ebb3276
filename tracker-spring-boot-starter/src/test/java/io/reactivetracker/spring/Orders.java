// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;

import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The program of the README. */
@RestController
class Orders {
    private final TaskGroup tasks;

    Orders(TaskGroup tasks) {
        this.tasks = tasks;
    }

    @PostMapping("/orders/{id}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void order(@PathVariable String id) {
        spawn(tasks, "ship", ship(id)); // a request that comes while the server stops gets 503
    }

    private Mono<String> ship(String id) {
        return Mono.delay(Duration.ofMillis(50)).thenReturn("shipped " + id);
    }
}
