package io.flashsale.cms.image;

import io.flashsale.cms.web.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a file is by its own bytes, whatever its name and its sender say. */
enum Kind {
    JPEG("jpeg", Set.of("jpg", "jpeg", "jpe", "jfif"), 0xff, 0xd8, 0xff),
    PNG("png", Set.of("png"), 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n');

    /**
     * What browsers, viewers and servers would take a picture for that is something else as well. Five letters at least: fewer stand in
     * the noise of one picture of some dozens.
     */
    private static final List<byte[]> OTHERWISE = Stream.of(
                    "<script", "<html", "<svg ", "<svg>", "<!doctype", "<?php", "%pdf-")
            .map(word -> word.getBytes(StandardCharsets.US_ASCII))
            .toList();

    /** The end of an archive, within what may follow it; by eight bytes, since four of any come along by chance. */
    private static final byte[] ARCHIVE_END = {'P', 'K', 5, 6, 0, 0, 0, 0};

    private static final int ARCHIVE_TAIL = 66_000;

    private final String format;
    private final Set<String> extensions;
    private final int[] first;

    Kind(String format, Set<String> extensions, int... first) {
        this.format = format;
        this.extensions = extensions;
        this.first = first;
    }

    /** As Java calls it. */
    String format() {
        return format;
    }

    /**
     * Looks at a file without decoding it.
     *
     * @param name as it was sent, of which nothing but what is behind the last dot is looked at
     * @param type as it was sent, {@code image/png}
     * @throws Refusal 400 IMAGE_KIND, IMAGE_SVG, IMAGE_LIES or IMAGE_POLYGLOT
     */
    static Kind of(byte[] file, String name, String type) {
        Kind kind = Arrays.stream(values())
                .filter(each -> each.begins(file))
                .findFirst()
                .orElseThrow(() -> refused(drawn(file) ? "IMAGE_SVG" : "IMAGE_KIND"));
        String said = type.toLowerCase(Locale.ROOT);
        boolean honest =
                (said.isEmpty() || said.equals("image/" + kind.format) || said.equals("application/octet-stream"))
                        && kind.extensions.contains(extension(name));
        if (!honest) {
            throw refused("IMAGE_LIES");
        }
        if (somethingElse(file)) {
            throw refused("IMAGE_POLYGLOT");
        }
        return kind;
    }

    private boolean begins(byte[] file) {
        for (int i = 0; i < first.length; i++) {
            if (i >= file.length || (file[i] & 0xff) != first[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean somethingElse(byte[] file) {
        for (int i = 0; i < file.length; i++) {
            if ((file[i] == '<' || file[i] == '%') && OTHERWISE.stream().anyMatch(begin(file, i))) {
                return true;
            }
        }
        for (int i = file.length - ARCHIVE_END.length; i >= Math.max(0, file.length - ARCHIVE_TAIL); i--) {
            if (Arrays.equals(file, i, i + ARCHIVE_END.length, ARCHIVE_END, 0, ARCHIVE_END.length)) {
                return true;
            }
        }
        return false;
    }

    private static Predicate<byte[]> begin(byte[] file, int at) {
        return word -> {
            for (int i = 0; i < word.length; i++) {
                if (at + i >= file.length || Character.toLowerCase(file[at + i]) != word[i]) {
                    return false;
                }
            }
            return true;
        };
    }

    /** Whether a JPEG comes in several scans, each of which makes it finer: its first frame says so. */
    static boolean comesInScans(byte[] jpeg) {
        int at = 2;
        while (at + 4 < jpeg.length && (jpeg[at] & 0xff) == 0xff) {
            int marker = jpeg[at + 1] & 0xff;
            boolean frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
            if (frame) {
                return marker != 0xc0 && marker != 0xc1;
            }
            // Fill bytes stand alone, other segments say how long they are.
            at += marker == 0xff ? 1 : 2 + ((jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff);
        }
        return true; // it is read as the costlier one
    }

    private static boolean drawn(byte[] file) {
        String head = new String(file, 0, Math.min(file.length, 1_000), StandardCharsets.ISO_8859_1);
        return head.contains("<svg") || head.stripLeading().startsWith("<?xml");
    }

    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static Refusal refused(String code) {
        return Refusal.invalid(code, "file", "It cannot be taken as a picture: " + code + ".");
    }
}
