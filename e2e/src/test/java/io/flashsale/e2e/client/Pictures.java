package io.flashsale.e2e.client;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** What somebody brings to the CMS. */
public final class Pictures {

    private Pictures() {}

    /** A green one on cream, 1600 by 1200, PNG. */
    public static byte[] teapot() {
        var picture = new BufferedImage(1600, 1200, BufferedImage.TYPE_INT_RGB);
        var graphics = picture.createGraphics();
        graphics.setColor(new Color(0xf3, 0xe8, 0xd4));
        graphics.fillRect(0, 0, 1600, 1200);
        graphics.setColor(new Color(0x2f, 0x6b, 0x4f));
        graphics.fillOval(450, 400, 700, 520);
        graphics.fillOval(720, 320, 160, 120);
        graphics.setStroke(new BasicStroke(50));
        graphics.drawArc(1020, 480, 320, 320, -100, 200);
        graphics.fillPolygon(new int[] {480, 250, 300, 500}, new int[] {720, 480, 460, 580}, 4);
        graphics.dispose();
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
