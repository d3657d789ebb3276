// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.Scannable;

/** Reads names and origins of pipelines. */
final class Pipelines {

    /** The key and the value of the tag that excludes a pipeline from being counted. */
    private static final String TAG = "reactive-tracker";

    private static final String IGNORE = "ignore";

    private static final String OWN_OPERATORS = Pipelines.class.getPackageName();

    private static final int MAX_OPERATORS = 50;

    private Pipelines() {}

    /** Returns options with the name of a pipeline, unless they have their own. */
    static TaskOptions named(TaskOptions options, Publisher<?> source) {
        String name = options.name() == null ? nameOf(source) : null;
        return name == null ? options : options.and(TaskOptions.named(name));
    }

    /** Returns options with the name of a pipeline, or else with a default one, unless they have their own. */
    static TaskOptions named(TaskOptions options, Publisher<?> source, String defaultName) {
        TaskOptions named = named(options, source);
        return named.name() == null ? named.and(TaskOptions.named(defaultName)) : named;
    }

    /**
     * Returns the name that was given nearest upstream, as Reactor's own listeners read it; null if there is none.
     *
     * <p>A step that has looked for the name answers for all steps upstream of it, so that each step is asked once,
     * also where many steps of a pipeline look for the name.
     */
    static @Nullable String nameOf(Publisher<?> source) {
        for (Scannable step = Scannable.from(source); step.isScanAvailable(); step = parentOf(step)) {
            if (step instanceof PipelineStep.Owner owner && owner.step().hasLookedForName()) {
                return owner.step().nameOfPipeline();
            }
            String name = step.scan(Scannable.Attr.NAME);
            if (name != null && !name.isBlank()) {
                return name;
            }
        }
        return null;
    }

    /** Returns whether no operator of this library is in a pipeline, and no tag that excludes it. */
    static boolean isToBeCounted(Publisher<?> source) {
        for (Scannable step = Scannable.from(source); step.isScanAvailable(); step = parentOf(step)) {
            if (isOwnOperator(step) || isIgnored(step)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOwnOperator(Scannable step) {
        return step.getClass().getPackageName().equals(OWN_OPERATORS) && !WatchedPipelines.isWrapper(step);
    }

    private static boolean isIgnored(Scannable step) {
        var tags = step.scan(Scannable.Attr.TAGS);
        return tags != null
                && tags.anyMatch(tag -> tag.getT1().equals(TAG) && tag.getT2().equals(IGNORE));
    }

    /**
     * Returns the place where the pipeline was assembled, of the nearest step upstream that knows it by a checkpoint or
     * by Reactor's debug hooks; null if none does.
     */
    static @Nullable String originOf(Publisher<?> source) {
        for (Scannable step = Scannable.from(source); step.isScanAvailable(); step = parentOf(step)) {
            String name = step.stepName();
            if (step.scanOrDefault(Scannable.Attr.ACTUAL_METADATA, false) || name.startsWith("checkpoint")) {
                return name;
            }
        }
        return null;
    }

    /**
     * Returns the operators from which the next signal of a subscription must come: from the subscription upstream, up
     * to one that has had its last signal or has no upstream. Where an operator has subscribed to an inner source that
     * has not ended, its upstream has signalled, and the way goes on in the inner source.
     *
     * <p>Reads what operators tell while they run, so it may be out of date when it returns.
     *
     * @param subscription the upstream of a subscriber
     * @return for example {@code "flatMap ⇠ delayElement"}; null if nothing is known
     */
    static @Nullable String operatorsOf(Scannable subscription) {
        List<String> names = new ArrayList<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Scannable step = subscription;
        // A sink is no subscription: it is the parent of its subscribers, and they are its inner ones.
        while (step instanceof Subscription && names.size() < MAX_OPERATORS && seen.add(step)) {
            Scannable inner = activeInnerOf(step);
            if (!(step instanceof AttemptsSubscriber)) {
                names.add(step.stepName() + (inner == null ? obstacleOf(step) : ""));
            }
            if (inner == null && step.scanOrDefault(Scannable.Attr.TERMINATED, false)) {
                break;
            }
            // The inner subscriber is a part of the operator.
            step = parentOf(inner == null ? step : inner);
        }
        return names.isEmpty() ? null : String.join(" ⇠ ", names);
    }

    private static @Nullable Scannable activeInnerOf(Scannable step) {
        return step.inners()
                .filter(inner -> inner.isScanAvailable()
                        && !inner.scanOrDefault(Scannable.Attr.TERMINATED, false)
                        && !inner.scanOrDefault(Scannable.Attr.CANCELLED, false))
                .findFirst()
                .orElse(null);
    }

    /** Returns what keeps an operator from signalling, if it tells: elements that wait, or a missing demand. */
    private static String obstacleOf(Scannable step) {
        int buffered = step.scanOrDefault(Scannable.Attr.BUFFERED, 0);
        // Not by scan(), which answers 0 for an operator that does not know.
        Object requested = step.scanUnsafe(Scannable.Attr.REQUESTED_FROM_DOWNSTREAM);
        return (buffered > 0 ? " (" + buffered + " buffered)" : "")
                + (requested instanceof Long number && number == 0 ? " (nothing requested)" : "");
    }

    private static Scannable parentOf(Scannable step) {
        return Scannable.from(step.scan(Scannable.Attr.PARENT));
    }
}
