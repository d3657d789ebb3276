// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** The pictures of a customer, drawn on demand: PNG files, and one that is not. */
final class Pictures {

    static final int NUMBER = 40;
    static final String NO_PICTURE = nameOf(31);

    private static final int WIDTH = 800;
    private static final int HEIGHT = 600;

    private Pictures() {}

    static List<String> names() {
        return IntStream.rangeClosed(1, NUMBER).mapToObj(Pictures::nameOf).toList();
    }

    static String nameOf(int number) {
        return "picture-" + number;
    }

    static int numberOf(String name) {
        return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    }

    static byte[] draw(String name) {
        return name.equals(NO_PICTURE) ? "garbage".getBytes(StandardCharsets.UTF_8) : png(numberOf(name));
    }

    private static byte[] png(int number) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, Color.getHSBColor(number / 40f, 1, 1), WIDTH, HEIGHT, Color.BLACK));
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.setPaint(Color.WHITE);
        graphics.fillOval(number * 10, number * 5, 150, 150);
        graphics.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException impossible) {
            throw new IllegalStateException("nothing but memory was written to", impossible);
        }
        return png.toByteArray();
    }
}
