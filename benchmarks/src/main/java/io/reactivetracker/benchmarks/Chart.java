// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A line chart in SVG; both axes are logarithmic. */
final class Chart {

    private static final int WIDTH = 860;
    private static final int HEIGHT = 460;
    private static final int LEFT = 80;
    private static final int RIGHT = 270;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    private static final String[] COLOURS = {
        "#0b6e4f", "#1f4e9c", "#b3541e", "#6a3d9a", "#a11d33", "#444444", "#8a6d00", "#007a87", "#9c2a7f", "#5b7f00",
        "#8c5a4a"
    };

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final List<Line> lines = new ArrayList<>();

    Chart(String title, String xLabel, String yLabel) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
    }

    /** A measured point. */
    record Point(double x, Spread y) {}

    private record Line(String name, List<Point> points, String colour) {}

    void add(String name, List<Point> points) {
        if (!points.isEmpty()) {
            lines.add(new Line(name, points, COLOURS[lines.size() % COLOURS.length]));
        }
    }

    String title() {
        return title;
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    String toSvg() {
        Scale xScale = new Scale(bound(false, true), bound(false, false), LEFT, WIDTH - RIGHT);
        Scale yScale = new Scale(floor(bound(true, true)), ceiling(bound(true, false)), HEIGHT - BOTTOM, TOP);
        StringBuilder svg = new StringBuilder();
        append(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT);
        append(svg, "<title>%s</title>", escape(title));
        append(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>");
        append(svg, "<text x=\"%d\" y=\"28\" font-size=\"16\">%s</text>", LEFT, escape(title));
        appendAxes(svg, xScale, yScale);
        lines.forEach(line -> appendLine(svg, line, xScale, yScale));
        appendNames(svg, yScale);
        return svg.append("</svg>\n").toString();
    }

    private void appendAxes(StringBuilder svg, Scale xScale, Scale yScale) {
        for (double tick : yScale.ticks()) {
            append(
                    svg,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>",
                    LEFT,
                    yScale.at(tick),
                    WIDTH - RIGHT,
                    yScale.at(tick));
            append(
                    svg,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 8,
                    yScale.at(tick) + 4,
                    plain(tick));
        }
        lines.stream()
                .flatMap(line -> line.points().stream())
                .map(Point::x)
                .distinct()
                .sorted()
                .forEach(x -> append(
                        svg,
                        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                        xScale.at(x),
                        HEIGHT - BOTTOM + 20,
                        plain(x)));
        append(
                svg,
                "<path d=\"M%d %d V%d H%d\" fill=\"none\" stroke=\"#222\"/>",
                LEFT,
                TOP,
                HEIGHT - BOTTOM,
                WIDTH - RIGHT);
        append(
                svg,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 15,
                escape(xLabel));
        append(
                svg,
                "<text transform=\"translate(20 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2,
                escape(yLabel));
    }

    private static void appendLine(StringBuilder svg, Line line, Scale xScale, Scale yScale) {
        StringBuilder path = new StringBuilder();
        for (Point point : line.points()) {
            double x = xScale.at(point.x());
            append(
                    path,
                    "%s%.1f %.1f",
                    path.isEmpty() ? "M" : "L",
                    x,
                    yScale.at(point.y().median()));
            append(
                    svg,
                    "<path d=\"M%.1f %.1f V%.1f\" stroke=\"%s\" stroke-width=\"4\" stroke-opacity=\"0.35\"/>",
                    x,
                    yScale.at(point.y().least()),
                    yScale.at(point.y().most()),
                    line.colour());
            append(
                    svg,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
                    x,
                    yScale.at(point.y().median()),
                    line.colour());
        }
        append(
                svg,
                "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
                path.toString().replace("\n", ""),
                line.colour());
    }

    /** Writes each line's name at its right end, one below the other where ends are close together. */
    private void appendNames(StringBuilder svg, Scale yScale) {
        List<Line> fromTheTop = lines.stream()
                .sorted(Comparator.comparingDouble(
                        line -> yScale.at(last(line).y().median())))
                .toList();
        double[] places = new double[fromTheTop.size()];
        double lowest = HEIGHT - BOTTOM;
        for (int i = 0; i < places.length; i++) {
            double wanted = yScale.at(last(fromTheTop.get(i)).y().median()) + 4;
            places[i] = i == 0 ? wanted : Math.max(wanted, places[i - 1] + 16);
        }
        for (int i = places.length - 1; i >= 0; i--) {
            places[i] = Math.min(places[i], lowest);
            lowest = places[i] - 16;
            append(
                    svg,
                    "<text x=\"%d\" y=\"%.1f\" fill=\"%s\">%s</text>",
                    WIDTH - RIGHT + 12,
                    places[i],
                    fromTheTop.get(i).colour(),
                    escape(fromTheTop.get(i).name()));
        }
    }

    private static Point last(Line line) {
        return line.points().get(line.points().size() - 1);
    }

    private double bound(boolean isY, boolean isLeast) {
        var values = lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(point -> !isY
                        ? point.x()
                        : isLeast ? point.y().least() : point.y().most());
        return (isLeast ? values.min() : values.max()).orElseThrow();
    }

    private static double floor(double value) {
        return Math.pow(10, Math.floor(Math.log10(value)));
    }

    private static double ceiling(double value) {
        return Math.pow(10, Math.ceil(Math.log10(value)));
    }

    private static String plain(double value) {
        return value >= 1
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.4f", value).replaceAll("0+$", "");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static void append(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** Maps values to positions in the image. */
    private record Scale(double least, double most, double from, double to) {

        double at(double value) {
            return least == most
                    ? (from + to) / 2
                    : from + (to - from) * Math.log(value / least) / Math.log(most / least);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            boolean areFew = most / least <= 1_000;
            for (double decade = least; decade <= most * 1.001; decade *= 10) {
                ticks.add(decade);
                if (areFew && decade < most * 0.999) {
                    ticks.add(2 * decade);
                    ticks.add(5 * decade);
                }
            }
            return ticks;
        }
    }
}
