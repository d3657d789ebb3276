// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A class that is run as a test by a test. It needs RxJava, and not Reactor. */
@ExtendWith(NoForgottenWork.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RxJavaFixtures {

    private static final class Bills {

        private Bills() {}

        static Disposable send() {
            return Single.never().subscribe();
        }
    }

    @Test
    @Order(1)
    void leavesOneOfEachType() {
        Disposable unusedFlowable = Flowable.never().subscribe();
        Disposable unusedObservable = Observable.never().subscribe();
        Disposable unusedSingle = Bills.send();
        Disposable unusedMaybe = Maybe.never().subscribe();
        Disposable unusedCompletable = Completable.never().subscribe();
    }

    @Test
    @Order(2)
    void ends() {
        Disposable unusedEnded = Flowable.just("bill").subscribe();
        Bills.send().dispose();
    }

    @Test
    @Order(3)
    void aScheduler() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Disposable unused = Schedulers.computation().scheduleDirect(() -> {
            Disposable unusedOne = Bills.send();
            done.countDown();
        });
        done.await();
    }

    @Test
    @Order(4)
    void resetsTheHooks() {
        RxJavaPlugins.reset();
    }

    @Test
    @Order(5)
    void leavesOneAfterThat() {
        Disposable unused = Bills.send();
    }

    @Test
    @Order(6)
    @AllowSubscriptions("RxJavaFixtures$Bills")
    void isAllowed() {
        Disposable unused = Bills.send();
    }
}
