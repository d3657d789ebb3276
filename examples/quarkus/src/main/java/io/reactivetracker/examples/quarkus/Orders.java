// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.quarkus;

import static io.reactivetracker.mutiny.MutinyTracking.spawn;

import io.reactivetracker.mutiny.TaskHandle;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Duration;

/** Accepts orders, and ships each one in the background. */
@Path("/orders")
public class Orders {

    private static final Duration SHIPMENT = Duration.ofMillis(Long.getLong("shop.shipment.millis", 1_000));

    private final Tasks tasks;

    Orders(Tasks tasks) {
        this.tasks = tasks;
    }

    /** Answers at once. */
    @POST
    @Path("/{id}")
    public Uni<String> order(String id) {
        Uni<String> shipment = Uni.createFrom()
                .item(id)
                .onItem()
                .delayIt()
                .by(SHIPMENT)
                .invoke(order -> System.out.println("shipped " + order));
        TaskHandle<String> task = spawn(tasks.group(), "ship " + id, shipment);
        return Uni.createFrom().item("accepted as #" + task.id());
    }
}
