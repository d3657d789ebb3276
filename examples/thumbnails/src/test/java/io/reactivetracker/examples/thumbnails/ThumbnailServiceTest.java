// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskCounts;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Hooks;

/** Tests with a real server, real requests, real pictures and files. */
class ThumbnailServiceTest {

    private static final List<String> NAMES = Pictures.names();
    private static final List<String> FIRST_HALF = NAMES.subList(0, ThumbnailRun.AT_ONCE);

    private final List<String> console = new CopyOnWriteArrayList<>();
    private final Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path directory;

    @BeforeEach
    void catchWhatIsDropped() {
        Hooks.onErrorDropped(dropped::add);
    }

    @AfterEach
    void nothingWasDropped() {
        Hooks.resetOnErrorDropped();
        assertThat(dropped).isEmpty();
    }

    @Test
    void makesAllThumbnailsThoughItIsToldToStopMeanwhile() throws IOException {
        try (ThumbnailRun run = new ThumbnailRun(directory, console::add)) {
            ShutdownReport report = run.stop();

            List<String> pictures = new ArrayList<>(NAMES);
            pictures.remove(Pictures.NO_PICTURE);
            assertThat(run.accepted()).isEqualTo(NAMES.size());
            assertThat(run.outcomes().catalogued()).containsExactlyInAnyOrderElementsOf(pictures);
            assertThat(run.outcomes().failed()).containsOnlyKeys(Pictures.NO_PICTURE);
            assertThat(run.outcomes().failed().get(Pictures.NO_PICTURE)).hasMessageContaining("attempt 3");
            assertThat(run.outcomes().cancelled()).isEmpty();
            assertThat(run.lost()).isZero();

            assertThat(run.catalogue()).containsExactlyInAnyOrderElementsOf(pictures);
            for (String name : pictures) {
                BufferedImage thumbnail = ImageIO.read(run.thumbnailOf(name).toFile());
                assertThat(thumbnail.getWidth()).isEqualTo(160);
                assertThat(thumbnail.getHeight()).isEqualTo(120);
            }
            assertThat(run.thumbnailOf(Pictures.NO_PICTURE)).doesNotExist();

            assertThat(report.isDrained()).isTrue();
            // The second half: each picture, its rendering and its entry; but one file is no picture.
            assertThat(report.completed()).isEqualTo(19 * 3);
            assertThat(report.failed()).isEqualTo(2);
            assertThat(report.cancelled()).isZero();
            assertThat(report.stuck()).isEmpty();
        }
    }

    @Test
    void takesNoMorePicturesOnceItIsToldToStop() {
        try (ThumbnailRun run = new ThumbnailRun(directory, console::add)) {
            run.stop();
            assertThat(console)
                    .containsSubsequence(
                            "POST /pictures/picture-1 is answered with 503",
                            "render 18 queued, 2 active; catalogue  0 queued, 0 active");
            assertThat(run.postOneMore()).isEqualTo(503);
            assertThat(run.groups().counts().issued()).isEqualTo(119);
        }
    }

    @Test
    void cancelsAllThatIsLeftWhenTheCatalogueBreaks() throws IOException {
        try (ThumbnailRun run = new ThumbnailRun(directory, console::add)) {
            run.breakTheCatalogue();

            assertThat(run.accepted()).isEqualTo(NAMES.size());
            assertThat(run.outcomes().catalogued()).containsExactlyInAnyOrderElementsOf(FIRST_HALF);
            assertThat(run.outcomes().failed()).isEmpty();
            assertThat(run.outcomes().cancelled())
                    .containsExactlyInAnyOrderElementsOf(NAMES.subList(ThumbnailRun.AT_ONCE, NAMES.size()));
            assertThat(run.whyCancelled()).isInstanceOf(FileSystemException.class);
            assertThat(run.lost()).isZero();
            assertThat(run.catalogue()).containsExactlyInAnyOrderElementsOf(FIRST_HALF);

            assertThat(run.groups().isCancelled()).isTrue();
            assertThat(run.groups().children()).isEmpty();
            assertThat(run.groups().counts())
                    .isEqualTo(TaskCounts.none()
                            .with(Outcome.SUCCEEDED, 61)
                            .with(Outcome.FAILED, 1)
                            .with(Outcome.CANCELLED, 39));
            assertThat(run.postOneMore()).isEqualTo(503);
            assertThat(run.groups().counts().issued()).isEqualTo(101);
        }
    }

    @Test
    void tellsOfItsGroupsOverHttp() {
        try (ThumbnailRun run = new ThumbnailRun(directory, console::add)) {
            assertThat(run.answerOfGroups().lines())
                    .containsExactly(
                            "thumbnails, open: 100 issued, 18 queued, 22 active, 60 succeeded, 0 failed, 0 cancelled",
                            "  render, open: 40 issued, 18 queued, 2 active, 20 succeeded, 0 failed, 0 cancelled",
                            "  catalogue, open: 20 issued, 0 queued, 0 active, 20 succeeded, 0 failed, 0 cancelled");
            run.stop();
            assertThat(run.answerOfGroups().lines())
                    .containsExactly(
                            "thumbnails, closed: 119 issued, 0 queued, 0 active, 117 succeeded, 2 failed, 0 cancelled");
        }
    }
}
