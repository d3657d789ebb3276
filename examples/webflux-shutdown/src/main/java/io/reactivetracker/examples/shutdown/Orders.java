// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Accepts orders. The starter answers 503 if the order's task is refused. */
@RestController
class Orders {

    private final Shipping shipping;
    private final Background background;

    Orders(Shipping shipping, Background background) {
        this.shipping = shipping;
        this.background = background;
    }

    /** Starts the task before the answer is sent, so that no accepted order is missed. */
    @PostMapping("/orders/{id}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void order(@PathVariable String id) {
        background.start(id, shipping.ship(id), shipping.tell(id));
    }
}
