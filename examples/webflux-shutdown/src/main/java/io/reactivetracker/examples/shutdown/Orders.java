// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The counter: an order that is accepted will be shipped, and one that would not be is refused, by the starter. */
@RestController
class Orders {

    private final Shipping shipping;
    private final Background background;

    Orders(Shipping shipping, Background background) {
        this.shipping = shipping;
        this.background = background;
    }

    /** The work is a task before the answer is given, so there is no moment in which an accepted order could be missed. */
    @PostMapping("/orders/{id}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void order(@PathVariable String id) {
        background.start(id, shipping.ship(id), shipping.tell(id));
    }
}
