// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

class CancellationTokenTest {

    private final CancellationToken root = CancellationToken.create();

    /** The tests of tokio-util's token, named by what they show. */
    @Nested
    class Cancelling {

        @Test
        void runsEachActionOnceAndLaterOnesAtOnce() {
            AtomicInteger runs = new AtomicInteger();
            root.onCancel(runs::incrementAndGet);
            assertThat(root.isCancelled()).isFalse();
            assertThat(runs).hasValue(0);

            assertThat(root.cancel()).isTrue();
            assertThat(root.isCancelled()).isTrue();
            assertThat(runs).hasValue(1);

            root.onCancel(runs::incrementAndGet);
            assertThat(runs).hasValue(2);

            assertThat(root.cancel()).isFalse();
            assertThat(root.cancel(new IllegalStateException("late"))).isFalse();
            assertThat(runs).hasValue(2);
        }

        @Test
        void doesNotRunAnActionThatWasUnlinked() {
            AtomicInteger runs = new AtomicInteger();
            root.onCancel(runs::incrementAndGet).close();
            root.cancel();
            assertThat(runs).hasValue(0);
        }

        @Test
        void reachesAChildThroughItsParent() {
            CancellationToken child = root.child();
            AtomicInteger runs = new AtomicInteger();
            root.onCancel(runs::incrementAndGet);
            child.onCancel(runs::incrementAndGet);
            root.cancel();
            assertThat(child.isCancelled()).isTrue();
            assertThat(runs).hasValue(2);
        }

        @Test
        void reachesAGrandchildWhoseParentWasClosed() {
            CancellationToken child = root.child();
            CancellationToken grandchild = child.child();
            child.close();
            root.cancel();
            assertThat(grandchild.isCancelled()).isTrue();
            assertThat(child.isCancelled()).isFalse();
        }

        @Test
        void ofAChildLeavesItsParentAndItsSiblingsAlone() {
            CancellationToken first = root.child();
            first.cancel();
            assertThat(root.isCancelled()).isFalse();
            CancellationToken second = root.child();
            assertThat(second.isCancelled()).isFalse();
            root.cancel();
            assertThat(second.isCancelled()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void makesLaterChildrenCancelledFromTheStart(boolean closeParentFirst) {
            root.cancel();
            CancellationToken child = root.child();
            assertThat(child.isCancelled()).isTrue();
            if (closeParentFirst) {
                root.close();
                child.close();
            } else {
                child.close();
                root.close();
            }
            assertThat(child.isCancelled()).isTrue();
        }

        @Test
        void reachesAllDescendantsAndNoOtherToken() {
            CancellationToken parent = root.child();
            CancellationToken sibling = root.child();
            List<CancellationToken> below = new ArrayList<>(List.of(parent));
            for (int i = 0; i < 5; i++) {
                below.add(below.get(i / 2).child());
            }
            AtomicInteger runs = new AtomicInteger();
            below.forEach(token -> token.onCancel(runs::incrementAndGet));
            root.onCancel(runs::incrementAndGet);
            sibling.onCancel(runs::incrementAndGet);

            parent.cancel();

            assertThat(below).allMatch(CancellationToken::isCancelled);
            assertThat(runs).hasValue(6);
            assertThat(root.isCancelled()).isFalse();
            assertThat(sibling.isCancelled()).isFalse();
        }

        @Test
        void firstCancelsAllAndThenRunsTheFirstAction() {
            CancellationToken child = root.child();
            CancellationToken grandchild = child.child();
            List<Boolean> seen = new ArrayList<>();
            root.onCancel(() -> seen.add(grandchild.isCancelled()));
            root.cancel();
            assertThat(seen).containsExactly(true);
        }

        @Test
        void tokensAreEqualOnlyToThemselves() {
            CancellationToken child = root.child();
            CancellationToken other = CancellationToken.create();
            assertThat(new HashSet<>(List.of(root, child, other))).hasSize(3).contains(root, child, other);
        }
    }

    @Nested
    class Causes {

        private final IllegalStateException cause = new IllegalStateException("shutting down");

        @Test
        void areNullWhileLiveAndWhenNoneWasGiven() {
            assertThat(root.cause()).isNull();
            root.cancel();
            assertThat(root.cause()).isNull();
        }

        @Test
        void reachDescendantsAndLaterChildren() {
            CancellationToken child = root.child();
            assertThat(root.cancel(cause)).isTrue();
            assertThat(root.cause()).isSameAs(cause);
            assertThat(child.cause()).isSameAs(cause);
            assertThat(root.child().cause()).isSameAs(cause);
        }

        @Test
        void staysTheFirstOne() {
            CancellationToken child = root.child();
            child.cancel(cause);
            assertThat(child.cancel(new IllegalStateException("again"))).isFalse();
            root.cancel();
            assertThat(child.cause()).isSameAs(cause);
            assertThat(root.cause()).isNull();
        }

        @Test
        void showInTheExceptionOfACancelledTask() {
            assertThat(new TaskCancelledException(cause))
                    .hasMessage("an unnamed task was cancelled: java.lang.IllegalStateException: shutting down")
                    .hasCause(cause);
            assertThat(new TaskCancelledException(null))
                    .hasMessage("an unnamed task was cancelled")
                    .hasNoCause();
        }

        @Test
        void showInAnExceptionThatNamesWhatTheTokenStandsFor() {
            CancellationToken named = root.child("task \"ship\" #7 of group \"orders\"");
            CancellationToken below = named.child();
            root.cancel(cause);
            assertThat(TaskCancelledException.of(named))
                    .hasMessage("task \"ship\" #7 of group \"orders\" was cancelled:"
                            + " java.lang.IllegalStateException: shutting down")
                    .hasCause(cause);
            assertThat(TaskCancelledException.of(below)).hasMessageStartingWith("an unnamed task was cancelled: ");
            CancellationToken alone = CancellationToken.create("task \"mail\" #8 of tracker \"mails\"");
            alone.cancel();
            assertThat(TaskCancelledException.of(alone))
                    .hasMessage("task \"mail\" #8 of tracker \"mails\" was cancelled")
                    .hasNoCause();
        }

        @Test
        void mayHaveAMessageThatThrows() {
            Throwable unreadable = new IllegalStateException() {
                @Override
                public String getMessage() {
                    throw new UnsupportedOperationException();
                }
            };
            assertThat(new TaskCancelledException(unreadable).getMessage())
                    .isEqualTo("an unnamed task was cancelled: "
                            + unreadable.getClass().getName());
        }

        @Test
        void haveAStackTraceAndTheExceptionHasNone() {
            TaskCancelledException exception = new TaskCancelledException(cause);
            assertThat(exception.getStackTrace()).isEmpty();
            assertThat(exception)
                    .cause()
                    .satisfies(own -> assertThat(own.getStackTrace()).isNotEmpty());
        }
    }

    @Nested
    class Closing {

        @Test
        void cancelsNothing() {
            CancellationToken child = root.child();
            AtomicInteger runs = new AtomicInteger();
            child.onCancel(runs::incrementAndGet);
            child.close();
            child.close();
            assertThat(child.isCancelled()).isFalse();
            root.cancel();
            assertThat(child.isCancelled()).isFalse();
            assertThat(runs).hasValue(0);
        }

        @Test
        void leavesTheTokenARootOfItsOwn() {
            CancellationToken child = root.child();
            child.close();
            CancellationToken grandchild = child.child();
            root.cancel();
            assertThat(grandchild.isCancelled()).isFalse();
            child.cancel();
            assertThat(grandchild.isCancelled()).isTrue();
        }

        @Test
        void ofARootMakesItsChildrenRoots() {
            List<CancellationToken> children = List.of(root.child(), root.child(), root.child());
            root.close();
            root.cancel();
            assertThat(children).noneMatch(CancellationToken::isCancelled);
            children.get(1).cancel();
            assertThat(children).extracting(CancellationToken::isCancelled).containsExactly(false, true, false);
        }

        @Test
        void handsChildrenToTheGrandparentInOrderAndKeepsThemApart() {
            CancellationToken middle = root.child();
            List<CancellationToken> children = List.of(middle.child(), middle.child(), middle.child());
            middle.close();
            children.get(0).cancel();
            assertThat(children).extracting(CancellationToken::isCancelled).containsExactly(true, false, false);
            root.cancel();
            assertThat(children).allMatch(CancellationToken::isCancelled);
        }

        @Test
        void leavesNothingInTheParent() {
            long before = GraphLayout.parseInstance(root).totalSize();
            for (int i = 0; i < 100_000; i++) {
                root.child().close();
            }
            assertThat(GraphLayout.parseInstance(root).totalSize()).isEqualTo(before);
        }

        @Test
        void isNotNeededOnceCancelled() {
            long before = GraphLayout.parseInstance(root).totalSize();
            for (int i = 0; i < 100_000; i++) {
                root.child().cancel();
            }
            assertThat(GraphLayout.parseInstance(root).totalSize()).isEqualTo(before);
        }
    }

    @Nested
    class Trees {

        @Test
        void mayBeDeeperThanAnyStack() {
            CancellationToken deepest = root;
            for (int i = 0; i < 100_000; i++) {
                deepest = deepest.child();
            }
            AtomicInteger runs = new AtomicInteger();
            deepest.onCancel(runs::incrementAndGet);
            root.cancel();
            assertThat(deepest.isCancelled()).isTrue();
            assertThat(runs).hasValue(1);
        }

        @Test
        void mayBeVeryWide() {
            List<CancellationToken> children = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                children.add(root.child());
            }
            root.cancel();
            assertThat(children).allMatch(CancellationToken::isCancelled);
        }

        @Test
        void mayCancelEachOtherInAChainOfActionsOfAnyLength() {
            List<CancellationToken> tokens = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                tokens.add(CancellationToken.create());
            }
            for (int i = 1; i < tokens.size(); i++) {
                tokens.get(i - 1).onCancel(tokens.get(i)::cancel);
            }
            tokens.get(0).cancel();
            assertThat(tokens).allMatch(CancellationToken::isCancelled);
        }

        @Test
        void mayChangeWhileTheyAreCancelled() {
            CancellationToken child = root.child();
            List<CancellationToken> late = new ArrayList<>();
            root.onCancel(() -> {
                late.add(root.child());
                late.add(child.child());
                child.close();
                root.cancel();
            });
            root.cancel();
            assertThat(late).hasSize(2).allMatch(CancellationToken::isCancelled);
        }
    }

    @Nested
    class Races {

        @Test
        void aCancelReturnsOnlyWhenEveryDescendantIsCancelledEvenIfAnotherWasFirst() throws Exception {
            for (int round = 0; round < 200; round++) {
                CancellationToken top = CancellationToken.create();
                List<CancellationToken> below = new ArrayList<>(List.of(top));
                for (int i = 0; i < 200; i++) {
                    below.add(below.get(i / 3).child());
                }
                race(
                        () -> {
                            top.cancel();
                            assertThat(below).allMatch(CancellationToken::isCancelled);
                        },
                        () -> {
                            below.get(1).cancel();
                            assertThat(below.get(4).isCancelled()).isTrue();
                            assertThat(below.get(13).isCancelled()).isTrue();
                        });
            }
        }

        @Test
        void aChildThatIsMadeWhileItsParentIsCancelledIsCancelledToo() throws Exception {
            for (int round = 0; round < 2_000; round++) {
                CancellationToken top = CancellationToken.create();
                List<CancellationToken> made = new ArrayList<>();
                race(top::cancel, () -> made.add(top.child()));
                assertThat(made).allMatch(CancellationToken::isCancelled);
            }
        }

        @Test
        void anActionThatIsRegisteredWhileItsTokenIsCancelledRunsOnce() throws Exception {
            for (int round = 0; round < 2_000; round++) {
                CancellationToken top = CancellationToken.create();
                AtomicInteger runs = new AtomicInteger();
                race(top::cancel, () -> top.onCancel(runs::incrementAndGet));
                assertThat(runs).hasValue(1);
            }
        }

        @Test
        void aGrandchildIsCancelledWhetherOrNotItsParentLeavesMeanwhile() throws Exception {
            for (int round = 0; round < 2_000; round++) {
                CancellationToken top = CancellationToken.create();
                CancellationToken middle = top.child();
                CancellationToken bottom = middle.child();
                race(top::cancel, middle::close);
                assertThat(bottom.isCancelled()).isTrue();
            }
        }

        private final ExecutorService threads = Executors.newFixedThreadPool(2);

        @AfterEach
        void stopThreads() {
            threads.shutdown();
        }

        private void race(Runnable one, Runnable other) throws Exception {
            CyclicBarrier together = new CyclicBarrier(2);
            Future<?> first = threads.submit(() -> runTogether(together, one));
            Future<?> second = threads.submit(() -> runTogether(together, other));
            first.get();
            second.get();
        }

        private Void runTogether(CyclicBarrier together, Runnable body) throws Exception {
            together.await();
            body.run();
            return null;
        }
    }

    @Test
    void anActionThatThrowsAtOnceReachesTheCaller() {
        root.cancel();
        assertThatIllegalStateException()
                .isThrownBy(() -> root.onCancel(() -> {
                    throw new IllegalStateException("mine");
                }));
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> root.cancel(null))
                .withMessage("cause must not be null: use cancel() if there is none");
        assertThatNullPointerException().isThrownBy(() -> root.onCancel(null)).withMessage("action must not be null");
        assertThat(root.isCancelled()).isFalse();
    }

    @Test
    void toStringShowsTheStateAndTheCause() {
        CancellationToken other = CancellationToken.create();
        assertThat(root).hasToString("CancellationToken[live]");
        root.cancel();
        assertThat(root).hasToString("CancellationToken[cancelled]");
        other.cancel(new IllegalStateException("no time"));
        assertThat(other).hasToString("CancellationToken[cancelled: java.lang.IllegalStateException: no time]");
    }
}
