package io.flashsale.cms.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Files as people and attackers send them. */
final class Samples {

    private Samples() {}

    /** Its quarters are red and green, blue and yellow, from the upper left on. */
    static byte[] quarters(int width, int height, String format) {
        var picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        Color[] colours = {Color.RED, Color.GREEN, Color.BLUE, Color.YELLOW};
        for (int i = 0; i < colours.length; i++) {
            graphics.setColor(colours[i]);
            graphics.fillRect(i % 2 * width / 2, i / 2 * height / 2, (width + 1) / 2, (height + 1) / 2);
        }
        graphics.dispose();
        return encoded(picture, format);
    }

    /** Of one colour, in a byte a pixel while it is made. */
    static byte[] plain(int width, int height, String format) {
        return encoded(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), format);
    }

    /** Black and white, each a pixel wide. */
    static byte[] lines(int width, int height) {
        var picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < width; x += 2) {
            for (int y = 0; y < height; y++) {
                picture.setRGB(x, y, 0xffffff);
            }
        }
        return encoded(picture, "png");
    }

    /** A progressive JPEG. */
    static byte[] inScans(int width, int height) {
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        var how = writer.getDefaultWriteParam();
        how.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        var bytes = new ByteArrayOutputStream();
        try (var output = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.write(null, new IIOImage(decoded(quarters(width, height, "png")), null, null), how);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** A JPEG that says that it has so many bytes of texts, of which some are in it. */
    static byte[] withExtendedXmp(byte[] jpeg, int length) {
        String id = "0123456789ABCDEF0123456789ABCDEF";
        String standard = "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF"
                + " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description"
                + " xmlns:xmpNote='http://ns.adobe.com/xmp/note/' xmpNote:HasExtendedXMP='" + id
                + "'/></rdf:RDF></x:xmpmeta>";
        byte[] more = joined(
                ("http://ns.adobe.com/xmp/extension/\0" + id).getBytes(StandardCharsets.US_ASCII),
                ByteBuffer.allocate(8).putInt(length).putInt(0).array(),
                new byte[100]);
        return joined(
                Arrays.copyOf(jpeg, 2),
                segment(standard.getBytes(StandardCharsets.US_ASCII)),
                segment(more),
                Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    private static byte[] segment(byte[] content) {
        return joined(
                new byte[] {(byte) 0xff, (byte) 0xe1},
                ByteBuffer.allocate(2).putShort((short) (content.length + 2)).array(),
                content);
    }

    /** One can look through all of it. */
    static byte[] clear(int width, int height) {
        return encoded(new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB), "png");
    }

    private static byte[] encoded(BufferedImage picture, String format) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, format, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static BufferedImage decoded(byte[] file) {
        try {
            return ImageIO.read(new ByteArrayInputStream(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JPEG as a camera writes it that was held otherwise, with its owner's name. */
    static byte[] held(byte[] jpeg, int orientation, String owner) {
        byte[] name = (owner + "\0").getBytes(StandardCharsets.US_ASCII);
        int directory = 8 + 2 + 2 * 12 + 4;
        ByteBuffer exif = ByteBuffer.allocate(6 + directory + name.length);
        exif.put("Exif\0\0MM\0*\0\0\0\10".getBytes(StandardCharsets.ISO_8859_1));
        exif.putShort((short) 2);
        exif.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0);
        exif.putShort((short) 0x013b).putShort((short) 2).putInt(name.length).putInt(directory);
        exif.putInt(0).put(name);
        return joined(Arrays.copyOf(jpeg, 2), segment(exif.array()), Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    /** A hundred bytes or two that say that they are so many pixels. */
    static byte[] flood(int width, int height) {
        var deflater = new Deflater();
        deflater.setInput(new byte[100_000]);
        deflater.finish();
        byte[] packed = new byte[1_000];
        int length = deflater.deflate(packed);
        deflater.end();
        ByteBuffer head = ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[] {8, 6, 0, 0, 0});
        return joined(
                new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
                chunk("IHDR", head.array()),
                chunk("IDAT", Arrays.copyOf(packed, length)),
                chunk("IEND", new byte[0]));
    }

    private static byte[] chunk(String type, byte[] content) {
        byte[] typed = joined(type.getBytes(StandardCharsets.US_ASCII), content);
        var sum = new CRC32();
        sum.update(typed);
        return joined(
                ByteBuffer.allocate(4).putInt(content.length).array(),
                typed,
                ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
    }

    static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
