// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import io.reactivetracker.group.TaskContext;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import javax.imageio.ImageIO;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Decodes pictures, scales them down, and writes thumbnails to files, on its own threads since all of that blocks. */
final class Renderer {

    /** The longer side of a thumbnail. */
    static final int SIZE = 160;

    private final Path directory;
    private final Function<String, Mono<Void>> door;

    /** The door lets pictures pass by name. */
    Renderer(Path directory, Function<String, Mono<Void>> door) {
        this.directory = directory;
        this.door = door;
    }

    /** Subscribe to it as a task of a group. */
    Mono<Void> render(String name, byte[] picture) {
        return Mono.deferContextual(context -> {
            TaskContext task = context.get(TaskContext.class);
            return door.apply(name)
                    .then(Mono.<Void>fromCallable(() -> {
                                Files.write(fileOf(name), thumbnailOf(picture, task));
                                return null;
                            })
                            .subscribeOn(Schedulers.boundedElastic()))
                    // A cancel interrupts the thread; its error is then of no interest.
                    .onErrorResume(error -> task.cancellationToken().isCancelled() ? Mono.never() : Mono.error(error));
        });
    }

    Path fileOf(String name) {
        return directory.resolve(name + ".png");
    }

    private static byte[] thumbnailOf(byte[] picture, TaskContext task) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture));
        if (image == null) {
            throw new IOException(task.name() + ", attempt " + task.attempt() + ": that is no picture");
        }
        ByteArrayOutputStream thumbnail = new ByteArrayOutputStream();
        ImageIO.write(scaled(image), "png", thumbnail);
        return thumbnail.toByteArray();
    }

    private static BufferedImage scaled(BufferedImage image) {
        double scale = (double) SIZE / Math.max(image.getWidth(), image.getHeight());
        int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
        int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
        BufferedImage thumbnail = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = thumbnail.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return thumbnail;
    }
}
