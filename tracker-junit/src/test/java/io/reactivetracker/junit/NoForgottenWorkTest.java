// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import static io.reactivetracker.junit.FixtureRun.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** What the extension reports for classes of Reactor, sequentially. */
class NoForgottenWorkTest {

    private static final String LEFT_ONE = " left 1 subscription: Fixtures$Orders.accept:N";

    @AfterEach
    void theHooksAreGone() {
        // A hook that comes later is given what the hooks before it have wrapped.
        List<Object> seen = new ArrayList<>();
        Hooks.onLastOperator("probe", publisher -> {
            seen.add(publisher);
            return publisher;
        });
        Mono<Object> never = Mono.never();
        never.subscribe().dispose();
        Hooks.resetOnLastOperator("probe");
        assertThat(seen).containsExactly(never);
    }

    @Test
    void aTestThatLeavesSubscriptionsFailsAndNamesThem() {
        int cancelled = Fixtures.Orders.CANCELLED.get();
        assertThat(run(Fixtures.Plain.class))
                .containsExactly(
                        "leavesThree(): Fixtures.Plain.leavesThree left 3 subscriptions: "
                                + "Fixtures$Orders.accept:N \u00d72, Fixtures$Orders.named:N \"order 17\"",
                        "isNotBlamedForTheTestBefore(): ok",
                        "ends(): ok",
                        "disposesAfterEach(): ok",
                        "failsAndLeaves(): wrong price + Fixtures.Plain.failsAndLeaves" + LEFT_ONE,
                        "isAbortedAndLeaves(): Fixtures.Plain.isAbortedAndLeaves" + LEFT_ONE
                                + " + Assumption failed: no network",
                        "isAborted(): Assumption failed: no network",
                        "isInterruptedAndLeaves(): Fixtures.Plain.isInterruptedAndLeaves" + LEFT_ONE,
                        "resetsTheHooks(): ok",
                        "leavesOneAfterThat(): Fixtures.Plain.leavesOneAfterThat" + LEFT_ONE);
        boolean unusedIsInterrupted = Thread.interrupted();
        // Two of the first test, one that was disposed of, and four more that were left.
        assertThat(Fixtures.Orders.CANCELLED.get() - cancelled).isEqualTo(7);
    }

    @Test
    void whatAllTestsOfAClassShareIsCheckedAtItsEnd() {
        assertThat(run(Fixtures.OfTheClass.class))
                .containsExactly("isNotBlamed(): ok", "Fixtures$OfTheClass: Fixtures.OfTheClass" + LEFT_ONE);
    }

    @Test
    void itMayBeOnAMethodOnly() {
        assertThat(run(Fixtures.OnAMethod.class))
                .containsExactlyInAnyOrder("leaves(): Fixtures.OnAMethod.leaves" + LEFT_ONE, "isNotChecked(): ok");
    }

    @Test
    void whatAConstructorStartsBelongsToTheTestOrTheClass() {
        assertThat(run(Fixtures.InTheConstructor.class))
                .containsExactly(
                        "leaves(): Fixtures.InTheConstructor.leaves" + LEFT_ONE,
                        "leavesBoth(): Fixtures.InTheConstructor.Inner.leavesBoth left 2 subscriptions: "
                                + "Fixtures$Orders.accept:N, Fixtures$Orders.named:N \"order 17\"");
        assertThat(run(Fixtures.InTheOnlyConstructor.class))
                .containsExactly(
                        "isNotBlamed(): ok", "Fixtures$InTheOnlyConstructor: Fixtures.InTheOnlyConstructor" + LEFT_ONE);
        assertThat(run(Fixtures.InAConstructorThatFails.class))
                .containsExactly("isNotRun(): no database", "isNotBlamed(): ok");
    }

    @Test
    void whatBeforeEachStartsBelongsToTheTest() {
        assertThat(run(Fixtures.Before.class)).containsExactly("leaves(): Fixtures.Before.leaves" + LEFT_ONE);
    }

    @Test
    void eachInvocationAndEachDynamicTestIsATest() {
        assertThat(run(Fixtures.Several.class))
                .containsExactlyInAnyOrder(
                        "0: ok",
                        "1: Fixtures.Several.ships 1" + LEFT_ONE,
                        "1: Fixtures.Several.repeats 1" + LEFT_ONE,
                        "2: Fixtures.Several.repeats 2" + LEFT_ONE,
                        "leaves: Fixtures.Several.dynamic leaves" + LEFT_ONE,
                        "ends: ok",
                        "dynamic(): Fixtures.Several.dynamic left 1 subscription: "
                                + "Fixtures$Orders.named:N \"order 17\"");
    }

    @Test
    void allowedSubscriptionsAreNotReported() {
        assertThat(run(Fixtures.Allowed.class))
                .containsExactlyInAnyOrder(
                        "byTheClass(): ok",
                        "byTheTypeOfTheCode(): ok",
                        "byTheFullName(): ok",
                        "notByAnotherLine(): Fixtures.Allowed.notByAnotherLine" + LEFT_ONE,
                        "twoOfThem(): ok",
                        "notThree(): Fixtures.Allowed.notThree" + LEFT_ONE,
                        "byTheClassAround(): ok");
        assertThat(run(
                        Map.of(
                                NoForgottenWork.ALLOW,
                                "Other.method, Fixtures$Orders.accept",
                                NoForgottenWork.GRACE,
                                "0 ms"),
                        Fixtures.Before.class))
                .containsExactly("leaves(): ok");
    }

    @Test
    void aSubscriptionThatEndsDuringTheGraceIsNotForgotten() {
        assertThat(run(Fixtures.Patient.class))
                .containsExactlyInAnyOrder(
                        "endsDuringTheGrace(): ok", "isNotGivenTime(): Fixtures.Patient.isNotGivenTime" + LEFT_ONE);
    }

    @Test
    void aSubscriptionInAnotherThreadBelongsToTheTestThatHasStartedIt() throws Exception {
        OldThread.start();
        assertThat(run(Fixtures.InOtherThreads.class))
                .containsExactly(
                        "aThreadOfItsOwn(): Fixtures.InOtherThreads.aThreadOfItsOwn" + LEFT_ONE,
                        "aScheduler(): Fixtures.InOtherThreads.aScheduler" + LEFT_ONE,
                        "startsAThreadThatGoesOn(): ok",
                        "isNotBlamedForThatThread(): ok",
                        "aThreadThatIsOlder(): Fixtures.InOtherThreads.aThreadThatIsOlder" + LEFT_ONE
                                + " in thread orders-1, which may belong to another test",
                        "Fixtures$InOtherThreads: Fixtures.InOtherThreads" + LEFT_ONE
                                + ", after the end of Fixtures.InOtherThreads.startsAThreadThatGoesOn");
    }

    @Test
    void whatAStaticInitializerStartsIsNotChecked() {
        assertThat(run(Fixtures.OfAStaticInitializer.class)).containsExactly("isNotLeft(): ok");
    }

    // ---- registration ----

    @Test
    void itIsFoundByAutodetection() {
        assertThat(run(
                        Map.of("junit.jupiter.extensions.autodetection.enabled", "true", NoForgottenWork.GRACE, "0 ms"),
                        Fixtures.Unannotated.class))
                .containsExactly("leaves(): Fixtures.Unannotated.leaves" + LEFT_ONE);
    }

    @Test
    void registeredTwiceItReportsOnce() {
        assertThat(run(
                        Map.of("junit.jupiter.extensions.autodetection.enabled", "true", NoForgottenWork.GRACE, "0 ms"),
                        Fixtures.Twice.class))
                .containsExactlyInAnyOrder(
                        "leaves(): Fixtures.Twice.leaves" + LEFT_ONE,
                        "leavesOne(): Fixtures.Twice.leavesOne" + LEFT_ONE);
    }

    @Test
    void onlyTheGivenPackagesAreChecked() {
        assertThat(run(Map.of(NoForgottenWork.PACKAGES, "com.acme, io.reactivetracker.jun"), Fixtures.Before.class))
                .containsExactly("leaves(): ok");
        assertThat(run(
                        Map.of(NoForgottenWork.PACKAGES, "com.acme, io.reactivetracker", NoForgottenWork.GRACE, "0 ms"),
                        Fixtures.Before.class))
                .containsExactly("leaves(): Fixtures.Before.leaves" + LEFT_ONE);
    }

    @Test
    void outsideOfItsTestsItDoesNothing() {
        Disposable own = Mono.never().subscribe();
        assertThat(run(Fixtures.Before.class)).hasSize(1);
        assertThat(own.isDisposed()).isFalse();
        own.dispose();
    }

    // ---- wrong input ----

    @Test
    void wrongSettingsAreNamed() {
        assertThat(run(Fixtures.NegativeAllowance.class))
                .containsExactly("Fixtures$NegativeAllowance: max of @AllowSubscriptions on class "
                        + "io.reactivetracker.junit.Fixtures$NegativeAllowance must not be negative, but was -1");
        assertThat(run(Fixtures.BlankAllowance.class))
                .singleElement()
                .asString()
                .contains("must not be blank");
        assertThat(run(Fixtures.NegativeGrace.class))
                .containsExactly("Fixtures$NegativeGrace: @SubscriptionGrace of Fixtures$NegativeGrace "
                        + "must not be negative, but was -1");
        assertThat(run(Map.of(NoForgottenWork.GRACE, "soon"), Fixtures.Before.class))
                .containsExactly("Fixtures$Before: configuration parameter io.reactivetracker.junit.grace "
                        + "must be a duration such as \"500 ms\" or \"2 s\", but was \"soon\"");
        assertThatThrownBy(() -> new NoForgottenWork().withGrace(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("grace must not be negative, but was PT-0.001S");
    }
}
