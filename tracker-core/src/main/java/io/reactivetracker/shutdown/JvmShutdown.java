// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.Registration;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link ShutdownPlan} when the virtual machine is told to stop.
 *
 * <p>At SIGTERM and SIGINT the plan runs first, with the name of the signal as its reason. Then the report is logged
 * and the virtual machine exits, with status 0 if the plan is complete and 1 otherwise. A second signal during the run
 * is logged and does not cut it off; SIGKILL does. If the virtual machine ends in another way, by {@link System#exit}
 * or because its last thread has ended, the plan runs in a shutdown hook with the reason {@code "exit"}, and the exit
 * status is not changed.
 *
 * <p>A task of the plan may call {@code System.exit}: it then blocks until the plan is over, as all callers do, and is
 * reported as abandoned.
 *
 * <p>The report is logged by the {@link Logger} {@code io.reactivetracker.shutdown}, at {@code INFO} if the plan is
 * complete and otherwise at {@code WARNING}. In a shutdown hook, the default logging of the JDK may be closed already;
 * if no other logging is installed, the report goes to {@code System.err} there.
 *
 * <p>Signals are handled by {@code sun.misc.Signal} of the module {@code jdk.unsupported}. If that module is missing, a
 * signal runs the plan by the shutdown hook, and the exit status stays as it is, for example 143. With the option
 * {@code -Xrs} a signal ends the virtual machine at once, and no plan runs.
 */
public final class JvmShutdown implements Registration {

    private static final Logger LOG = System.getLogger("io.reactivetracker.shutdown");
    private static final AtomicReference<@Nullable JvmShutdown> INSTALLED = new AtomicReference<>();

    private final ShutdownPlan plan;
    private final ToIntFunction<ShutdownPlanReport> exitStatus;
    private final Thread hook = new Thread(this::runInHook, "reactive-tracker-shutdown");
    private final List<Runnable> handlersBefore = new ArrayList<>();

    // Set by the first signal, which exits; the others are logged.
    private final AtomicBoolean isSignalled = new AtomicBoolean();

    // Guarded by this. The run, with its log lines behind it.
    private @Nullable CompletableFuture<ShutdownPlanReport> run;

    // Set once the shutdown hooks run.
    private volatile boolean isExiting;

    private JvmShutdown(ShutdownPlan plan, ToIntFunction<ShutdownPlanReport> exitStatus) {
        this.plan = plan;
        this.exitStatus = exitStatus;
    }

    /**
     * Installs a plan. The exit status after a signal is 0 if the plan is complete and 1 otherwise.
     *
     * @param plan the plan to run when the virtual machine is told to stop
     * @return a handle that uninstalls the plan, unless the virtual machine is stopping
     * @throws IllegalStateException if a plan is installed, or the virtual machine is stopping
     */
    public static JvmShutdown install(ShutdownPlan plan) {
        return install(plan, report -> report.isComplete() ? 0 : 1);
    }

    /**
     * Installs a plan and chooses the exit status after a signal.
     *
     * @param plan the plan to run when the virtual machine is told to stop
     * @param exitStatus maps the report to the exit status; if it throws, the status is 1
     * @return a handle that uninstalls the plan, unless the virtual machine is stopping
     * @throws IllegalStateException if a plan is installed, or the virtual machine is stopping
     */
    public static JvmShutdown install(ShutdownPlan plan, ToIntFunction<ShutdownPlanReport> exitStatus) {
        Objects.requireNonNull(plan, "plan must not be null");
        Objects.requireNonNull(exitStatus, "exitStatus must not be null");
        JvmShutdown made = new JvmShutdown(plan, exitStatus);
        if (!INSTALLED.compareAndSet(null, made)) {
            throw new IllegalStateException("a shutdown plan is installed already: add your phases to that plan, or"
                    + " close the registration that install() returned");
        }
        try {
            Runtime.getRuntime().addShutdownHook(made.hook);
        } catch (Throwable stopping) {
            INSTALLED.set(null);
            throw stopping;
        }
        made.handle("TERM");
        made.handle("INT");
        return made;
    }

    /**
     * Uninstalls the plan: restores the signal handlers and removes the shutdown hook. The plan itself can still run.
     */
    @Override
    public void close() {
        if (!INSTALLED.compareAndSet(this, null)) {
            return;
        }
        handlersBefore.forEach(Runnable::run);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // The hook runs already, and with it the plan.
        }
    }

    private void handle(String name) {
        try {
            handlersBefore.add(SignalHandlers.set(name, signal -> onSignal("SIG" + signal)));
        } catch (ReflectiveOperationException notAvailable) {
            LOG.log(Level.DEBUG, "SIG" + name + " runs the shutdown plan by the shutdown hook only", notAvailable);
        }
    }

    /** Called on a new thread for each signal, so a second one is not held up by the first. */
    private void onSignal(String signal) {
        if (!isFirst()) {
            LOG.log(Level.INFO, signal + " received: the shutdown runs already and goes on");
            return;
        }
        int status = 1;
        try {
            status = exitStatus.applyAsInt(run(signal).join());
        } catch (Throwable broken) {
            LOG.log(Level.ERROR, "the exit status could not be determined, so it is 1", broken);
        } finally {
            // Whatever happened: a signal that ends nothing leaves the process to a kill.
            System.exit(status);
        }
    }

    private boolean isFirst() {
        return isSignalled.compareAndSet(false, true) && !isRunning();
    }

    private synchronized boolean isRunning() {
        return run != null;
    }

    private synchronized CompletableFuture<ShutdownPlanReport> run(String reason) {
        if (run == null) {
            run = start(reason);
        }
        return run;
    }

    private CompletableFuture<ShutdownPlanReport> start(String reason) {
        return plan.run(reason).thenApply(report -> {
            log(report);
            return report;
        });
    }

    private void runInHook() {
        isExiting = true;
        run("exit").join();
    }

    private void log(ShutdownPlanReport report) {
        try {
            // The default backend removes its handlers in a hook of its own, which runs at the same time as ours.
            if (isExiting
                    && ServiceLoader.load(System.LoggerFinder.class).findFirst().isEmpty()) {
                System.err.println(report);
            } else {
                LOG.log(report.isComplete() ? Level.INFO : Level.WARNING, report.toString());
            }
        } catch (Throwable broken) {
            // A report that cannot be logged must not keep the virtual machine from exiting.
            System.err.println(report);
        }
    }
}
