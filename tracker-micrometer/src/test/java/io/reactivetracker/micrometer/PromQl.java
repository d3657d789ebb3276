// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metrics and labels that a query of Prometheus names.
 *
 * <p>Knows the functions that the project's queries use, and fails on everything else, so that a misspelt name is not
 * taken for a metric.
 */
record PromQl(Set<String> metrics, Set<String> labels, Map<String, Set<String>> values) {

    private static final Set<String> FUNCTIONS =
            Set.of("sum", "max", "count", "rate", "increase", "deriv", "min_over_time", "label_values");
    private static final Pattern OR = Pattern.compile("\\|");
    private static final Set<String> WORDS = Set.of("by", "and", "on");
    private static final Pattern TOKEN = Pattern.compile("\\s*(?:(?<name>[a-zA-Z_]\\w*)"
            + "|(?<text>\"[^\"]*\")"
            + "|(?<range>\\[(?:\\d+[smh]|\\$__rate_interval)\\])"
            + "|(?<number>\\d+(?:\\.\\d+)?)"
            + "|(?<sign>=~|!=|==|>=|<=|[-+*/(){},=<>]))");

    static PromQl parse(String query) {
        Set<String> metrics = new LinkedHashSet<>();
        Set<String> labels = new LinkedHashSet<>();
        Map<String, Set<String>> values = new LinkedHashMap<>();
        List<String> tokens = tokens(query);
        Deque<String> open = new ArrayDeque<>();
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            String before = i == 0 ? "" : tokens.get(i - 1);
            String next = i + 1 == tokens.size() ? "" : tokens.get(i + 1);
            if (token.equals("(")) {
                open.push(before.equals("by") || before.equals("on") ? "labels" : "(");
            } else if (token.equals("{")) {
                open.push("{");
            } else if (token.equals(")") || token.equals("}")) {
                if (open.isEmpty() || open.pop().equals("{") != token.equals("}")) {
                    throw new AssertionError("unbalanced " + token + " in " + query);
                }
            } else if (Character.isLetter(token.charAt(0)) || token.charAt(0) == '_') {
                boolean isLabel = !open.isEmpty() && !open.peek().equals("(");
                boolean isFunction = FUNCTIONS.contains(token) && (next.equals("(") || next.equals("by"));
                if (isLabel) {
                    labels.add(token);
                    if (open.peek().equals("{")) {
                        String value = tokens.get(i + 2);
                        values.computeIfAbsent(token, key -> new LinkedHashSet<>())
                                .addAll(List.of(OR.split(value.substring(1, value.length() - 1), -1)));
                    }
                } else if (before.equals(",") && next.equals(")") && tokens.contains("label_values")) {
                    labels.add(token);
                } else if (!isFunction && !WORDS.contains(token)) {
                    metrics.add(token);
                }
            }
        }
        if (!open.isEmpty()) {
            throw new AssertionError("not closed in " + query + ": " + open);
        }
        return new PromQl(metrics, labels, values);
    }

    private static List<String> tokens(String query) {
        List<String> tokens = new ArrayList<>();
        String text = query.strip();
        Matcher matcher = TOKEN.matcher(text);
        int end = 0;
        while (end < text.length()) {
            if (!matcher.find() || matcher.start() != end) {
                throw new AssertionError("cannot read " + text.substring(end) + " of " + query);
            }
            end = matcher.end();
            tokens.add(matcher.group().strip());
        }
        return tokens;
    }
}
