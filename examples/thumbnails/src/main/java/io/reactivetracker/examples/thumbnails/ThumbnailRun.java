// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.reactor.ReactorTracking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run: the service gets all pictures, and is stopped or broken when half of them have thumbnails. */
final class ThumbnailRun implements AutoCloseable {

    /** The number of pictures that are catalogued before the service is stopped or broken. */
    static final int AT_ONCE = Pictures.NUMBER / 2;

    private static final Shutdown PLAN = Shutdown.grace(Duration.ofSeconds(30)).thenCancel(Duration.ofSeconds(5));
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private final Path file;
    private final Path kept;
    private final Consumer<String> console;
    private final Door door = new Door(AT_ONCE);
    private final Renderer renderer;
    private final Thumbnails thumbnails;
    private final ThumbnailServer server;
    private final Customer customer;
    private final int accepted;

    /** Starts the service and posts all pictures. Half of them are catalogued when this returns. */
    ThumbnailRun(Path directory, Consumer<String> console) {
        this.file = directory.resolve("catalogue.txt");
        this.kept = directory.resolve("catalogue-before-it-broke.txt");
        this.console = console;
        this.renderer = new Renderer(directory, door::pass);
        this.thumbnails = new Thumbnails(renderer, new Catalogue(file));
        this.server = new ThumbnailServer(thumbnails);
        this.customer = new Customer(server.address());
        this.accepted = customer.postAll();
        awaitHalf();
        console.accept(accepted + " pictures accepted; GET /groups:");
        tellTheGroups();
    }

    /** Stops the service, and lets it complete its work. */
    ShutdownReport stop() {
        console.accept("shutdown begins: " + PLAN);
        CompletableFuture<ShutdownReport> report =
                ReactorTracking.shutdown(thumbnails.root(), PLAN).toFuture();
        postOneMore();
        String before = pending(groups());
        console.accept(before);
        door.openForAll();
        ReactorTracking.watch(thumbnails.root(), BETWEEN_LOOKS)
                .map(ThumbnailRun::pending)
                .startWith(before)
                .distinctUntilChanged()
                .skip(1)
                .doOnNext(console)
                .blockLast();
        console.accept(report.join().toString());
        return report.join();
    }

    /** Replaces the catalogue's file with a directory, so that the next line cannot be written. */
    void breakTheCatalogue() throws IOException {
        console.accept("the catalogue breaks");
        Files.move(file, kept);
        Files.createDirectory(file);
        door.openForOne();
        ReactorTracking.whenDrained(thumbnails.root()).block();
        console.accept("all is cancelled: " + whyCancelled());
        console.accept("GET /groups:");
        tellTheGroups();
        postOneMore();
    }

    @Nullable
    Throwable whyCancelled() {
        return thumbnails.root().cancellationToken().cause();
    }

    /** Returns the status of the answer to a picture posted now. */
    int postOneMore() {
        int status = customer.post(Pictures.nameOf(1));
        console.accept("POST /pictures/" + Pictures.nameOf(1) + " is answered with " + status);
        return status;
    }

    int accepted() {
        return accepted;
    }

    /** Returns the number of accepted pictures that are neither catalogued, failed nor cancelled. */
    int lost() throws IOException {
        return accepted
                - catalogue().size()
                - outcomes().failed().size()
                - outcomes().cancelled().size();
    }

    Outcomes outcomes() {
        return thumbnails.outcomes();
    }

    List<String> catalogue() throws IOException {
        return Files.readAllLines(Files.exists(kept) ? kept : file);
    }

    Path thumbnailOf(String name) {
        return renderer.fileOf(name);
    }

    GroupSnapshot groups() {
        return thumbnails.root().snapshot();
    }

    String answerOfGroups() {
        return customer.groups();
    }

    /** Waits until half of the pictures are catalogued and the next ones wait at the door. */
    private void awaitHalf() {
        ReactorTracking.watch(thumbnails.root(), BETWEEN_LOOKS)
                .map(GroupSnapshot::counts)
                .takeUntil(ThumbnailRun::isHalfDone)
                .blockLast();
    }

    private static boolean isHalfDone(TaskCounts counts) {
        // The picture, its rendering and its entry; two of the others wait at the door.
        return counts.succeeded() == 3 * AT_ONCE && counts.queued() == Pictures.NUMBER - AT_ONCE - 2;
    }

    private void tellTheGroups() {
        customer.groups().lines().map(line -> "  " + line).forEach(console);
    }

    private static String pending(GroupSnapshot root) {
        if (root.children().isEmpty()) {
            return "nothing is left";
        }
        return root.children().stream()
                .map(group -> "%s %2d queued, %d active"
                        .formatted(
                                group.name(),
                                group.counts().queued(),
                                group.counts().active()))
                .collect(Collectors.joining("; "));
    }

    @Override
    public void close() {
        server.close();
    }
}
