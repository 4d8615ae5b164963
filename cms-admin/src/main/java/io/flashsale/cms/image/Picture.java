package io.flashsale.cms.image;

import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegProcessingException;
import com.drew.metadata.MetadataException;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import io.flashsale.cms.web.Refusal;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.NoninvertibleTransformException;
import java.awt.image.BufferedImage;
import java.awt.image.SampleModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.MemoryCacheImageInputStream;
import net.coobird.thumbnailator.Thumbnails;

/**
 * Makes of a file that somebody has sent what the shop shows: cut to one shape, in several widths, encoded anew. Of what is decoded
 * nothing but its pixels goes on.
 */
final class Picture {

    /** Four to three, as the shop's cards are. */
    private static final double SHAPE = 4.0 / 3;

    /** Pixels: a card on a phone, on one with fine pixels, alone on a page, and there with fine pixels. */
    private static final int[] WIDTHS = {320, 640, 960, 1280};

    /** Less would be blurred on most phones. */
    static final int LEAST_WIDTH = 640;

    /** What phones make has 12 to 50 million; what says it has more is a mistake or an attack. */
    private static final long MOST_PIXELS = 50_000_000;

    private static final int MOST_OF_A_SIDE = 12_000;

    /** A JPEG that comes in several scans is kept as a whole outside of the heap while it is decoded, with up to six bytes a pixel. */
    private static final long MOST_PIXELS_IN_SCANS = 16_000_000;

    /** Cameras and programs make ten; each costs as much as the whole picture. */
    private static final int MOST_SCANS = 16;

    /** Of what is decoded: a quarter of the heap. Beyond it every second pixel is read, or every third. */
    private static final long MOST_DECODED = 40_000_000;

    /** Twice the widest file's pixels: enough to scale down from. */
    private static final int MOST_TO_SCALE = 2_560;

    private static final double QUALITY = 0.82;

    private Picture() {}

    /**
     * Which part of a picture is shown, as shares of its width and height when it is upright.
     *
     * @param width of the whole one's; the height follows from the shape
     */
    record Crop(double left, double top, double width) {

        /** The largest in the middle. */
        static final Crop MIDDLE = new Crop(-1, -1, -1);

        /** @throws Refusal 400 where no picture has such a part */
        Crop checked() {
            boolean within = left >= 0 && top >= 0 && width > 0 && left + width <= 1.001 && top < 1;
            if (!equals(MIDDLE) && !within) {
                throw Refusal.invalid("IMAGE_CROP", "crop", "It must be a part of the picture.");
            }
            return this;
        }

        /** In pixels of an upright picture: as large as was said, but within it and in shape. */
        private Rectangle in(int across, int down) {
            double most = Math.min(across, down * SHAPE);
            boolean middle = equals(MIDDLE);
            double wide = middle ? most : Math.min(width * across, most);
            double high = wide / SHAPE;
            double x = middle ? (across - wide) / 2 : Math.min(left * across, across - wide);
            double y = middle ? (down - high) / 2 : Math.min(top * down, down - high);
            int fromX = (int) Math.floor(Math.max(0, x));
            int fromY = (int) Math.floor(Math.max(0, y));
            return new Rectangle(
                    fromX,
                    fromY,
                    Math.min((int) Math.round(wide), across - fromX),
                    Math.min((int) Math.round(high), down - fromY));
        }
    }

    /** One of the files, a JPEG. */
    record Rendition(int width, byte[] bytes) {}

    /**
     * Reads a file.
     *
     * @param kind what its first bytes say that it is
     * @throws Refusal 400 IMAGE_BROKEN, IMAGE_PIXELS or IMAGE_SMALL
     */
    static List<Rendition> render(byte[] file, Kind kind, Crop crop) {
        try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            ImageReader reader =
                    ImageIO.getImageReadersByFormatName(kind.format()).next();
            try {
                reader.setInput(input, true, true);
                return render(reader, file, kind, crop);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException broken) {
            if (broken instanceof Refusal refused) {
                throw refused;
            }
            throw Refusal.invalid("IMAGE_BROKEN", "file", "It cannot be decoded.");
        }
    }

    private static List<Rendition> render(ImageReader reader, byte[] file, Kind kind, Crop crop) throws IOException {
        int across = reader.getWidth(0);
        int down = reader.getHeight(0);
        long pixels = (long) across * down;
        boolean inScans = kind == Kind.JPEG && Kind.comesInScans(file);
        if (across > MOST_OF_A_SIDE
                || down > MOST_OF_A_SIDE
                || pixels > (inScans ? MOST_PIXELS_IN_SCANS : MOST_PIXELS)) {
            throw Refusal.invalid("IMAGE_PIXELS", "file", "It has too many pixels: " + across + " by " + down + ".");
        }
        int turned = kind == Kind.JPEG ? orientation(file) : 1;
        boolean lies = turned > 4;
        Rectangle shown = crop.in(lies ? down : across, lies ? across : down);
        // What rounding takes of it is not missed.
        if (shown.width < LEAST_WIDTH - 2) {
            throw Refusal.invalid(
                    "IMAGE_SMALL", "file", "What is shown of it has less than " + LEAST_WIDTH + " pixels across.");
        }
        return scaled(upright(decode(reader, asHeld(shown, turned, across, down)), turned), shown.width);
    }

    /** A part of an upright picture where the camera has it: what {@link #turn} turns into it. */
    private static Rectangle asHeld(Rectangle shown, int turned, int across, int down) {
        AffineTransform turn = turn(turned, across, down);
        try {
            return turn.createInverse().createTransformedShape(shown).getBounds();
        } catch (NoninvertibleTransformException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static BufferedImage decode(ImageReader reader, Rectangle part) throws IOException {
        double bytes = (double) part.width * part.height * bytesOfAPixel(reader);
        int every = (int) Math.ceil(Math.sqrt(bytes / MOST_DECODED));
        var how = reader.getDefaultReadParam();
        how.setSourceRegion(part);
        how.setSourceSubsampling(Math.max(1, every), Math.max(1, every), 0, 0);
        how.setSourceProgressivePasses(0, MOST_SCANS);
        return reader.read(0, how);
    }

    private static int bytesOfAPixel(ImageReader reader) throws IOException {
        ImageTypeSpecifier type = reader.getRawImageType(0);
        if (type == null) {
            return 3;
        }
        SampleModel sample = type.getSampleModel();
        return Math.max(1, sample.getNumBands() * ((sample.getSampleSize(0) + 7) / 8));
    }

    /** As the camera was held: 1 to 8, as EXIF has it. Nothing else in the file is read for it. */
    private static int orientation(byte[] file) {
        try {
            var held = JpegMetadataReader.readMetadata(new ByteArrayInputStream(file), List.of(new ExifReader()))
                    .getFirstDirectoryOfType(ExifIFD0Directory.class);
            int turned = held == null || !held.containsTag(ExifIFD0Directory.TAG_ORIENTATION)
                    ? 1
                    : held.getInt(ExifIFD0Directory.TAG_ORIENTATION);
            return turned < 1 || turned > 8 ? 1 : turned;
        } catch (JpegProcessingException | MetadataException | IOException | RuntimeException unreadable) {
            return 1;
        }
    }

    /** On white, where one can look through it, and no larger than it takes to scale it down from. */
    private static BufferedImage upright(BufferedImage picture, int turned) {
        int across = picture.getWidth();
        int down = picture.getHeight();
        int wide = turned > 4 ? down : across;
        int high = turned > 4 ? across : down;
        double less = Math.min(1, (double) MOST_TO_SCALE / wide);
        var upright = new BufferedImage(
                (int) Math.round(wide * less), (int) Math.round(high * less), BufferedImage.TYPE_INT_RGB);
        var way = AffineTransform.getScaleInstance(less, less);
        way.concatenate(turn(turned, across, down));
        Graphics2D graphics = upright.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, upright.getWidth(), upright.getHeight());
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(picture, way, null);
        graphics.dispose();
        return upright;
    }

    private static AffineTransform turn(int turned, int across, int down) {
        return switch (turned) {
            case 2 -> new AffineTransform(-1, 0, 0, 1, across, 0);
            case 3 -> new AffineTransform(-1, 0, 0, -1, across, down);
            case 4 -> new AffineTransform(1, 0, 0, -1, 0, down);
            case 5 -> new AffineTransform(0, 1, 1, 0, 0, 0);
            case 6 -> new AffineTransform(0, 1, -1, 0, down, 0);
            case 7 -> new AffineTransform(0, -1, -1, 0, down, across);
            case 8 -> new AffineTransform(0, -1, 1, 0, 0, across);
            default -> new AffineTransform();
        };
    }

    /** In each width that it had before it was decoded: never larger than it is, but for what rounding took of it. */
    private static List<Rendition> scaled(BufferedImage picture, int wide) throws IOException {
        var renditions = new ArrayList<Rendition>();
        for (int width : WIDTHS) {
            if (width > wide + 2) {
                break;
            }
            var bytes = new ByteArrayOutputStream();
            Thumbnails.of(picture)
                    .forceSize(width, (int) Math.round(width / SHAPE))
                    .outputFormat("jpg")
                    .outputQuality(QUALITY)
                    .toOutputStream(bytes);
            renditions.add(new Rendition(width, bytes.toByteArray()));
        }
        return renditions;
    }
}
