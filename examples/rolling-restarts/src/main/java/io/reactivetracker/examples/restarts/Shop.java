// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes payments, accepts parcels, and streams news. */
@RestController
class Shop {

    private final TaskGroup application;
    private final TaskRecorder<String> payments;
    private final Ledger ledger;

    Shop(TaskGroup application, TaskRecorder<String> payments, Ledger ledger) {
        this.application = application;
        this.payments = payments;
        this.ledger = ledger;
    }

    /** Answers when the payment is made. A customer may ask again, at any server: it is made once. */
    @PostMapping("/payments/{id}")
    Mono<String> pay(@PathVariable String id, @RequestParam long millis) {
        return Mono.delay(Duration.ofMillis(millis))
                .then(ledger.charge(id))
                .transform(recordAs(payments, id, RecordOptions.orJoin()))
                .transform(trackWith(application, "pay " + id))
                .then(Mono.just("paid"))
                .onErrorResume(
                        TaskAlreadyRecordedException.class,
                        refused -> refused.status() == TaskStatus.SUCCEEDED ? Mono.just("paid") : Mono.error(refused));
    }

    /** Answers at once, and ships the parcel in the background, by code that blocks. Nothing records it. */
    @PostMapping("/parcels/{id}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @SuppressWarnings("FutureReturnValueIgnored") // a failure is in the counts of the group
    void accept(@PathVariable String id, @RequestParam long millis) {
        application.submitBlocking("ship " + id, () -> {
            Thread.sleep(millis);
            return ledger.ship(id);
        });
    }

    /** Never ends by itself. */
    @GetMapping(path = "/news", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<Long> news() {
        return Flux.interval(Duration.ZERO, Duration.ofMillis(50)).onBackpressureDrop();
    }
}
