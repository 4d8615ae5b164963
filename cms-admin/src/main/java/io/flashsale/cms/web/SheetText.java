package io.flashsale.cms.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.apache.commons.csv.CSVFormat;

/** How spreadsheets write what they have as text. */
public final class SheetText {

    private static final Charset CHINESE = Charset.forName("GB18030");

    private SheetText() {}

    /**
     * A file as text: UTF-8 or UTF-16 by its mark, UTF-8 where it can be, and else as spreadsheets in China write it; without the mark.
     *
     * @throws CharacterCodingException where it is a workbook, or no text at all
     */
    public static String decode(byte[] file) throws CharacterCodingException {
        if (starts(file, 'P', 'K')) {
            throw new CharacterCodingException(); // a workbook is an archive
        }
        String text;
        if (starts(file, 0xff, 0xfe)) {
            text = strictly(file, StandardCharsets.UTF_16LE);
        } else if (starts(file, 0xfe, 0xff)) {
            text = strictly(file, StandardCharsets.UTF_16BE);
        } else {
            text = utf8OrChinese(file);
        }
        return unmarked(text);
    }

    private static String utf8OrChinese(byte[] file) throws CharacterCodingException {
        try {
            return strictly(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException another) {
            return strictly(file, CHINESE);
        }
    }

    private static String strictly(byte[] file, Charset charset) throws CharacterCodingException {
        return charset.newDecoder().decode(ByteBuffer.wrap(file)).toString();
    }

    private static boolean starts(byte[] file, int first, int second) {
        return file.length >= 2 && (file[0] & 0xff) == first && (file[1] & 0xff) == second;
    }

    /** Without the mark that says how it was encoded. */
    public static String unmarked(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** By commas, or by what the first line has more of: spreadsheets of some countries write semicolons, and a copy of cells has tabs. */
    public static CSVFormat format(String sheet) {
        String head = sheet.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
        char delimiter = ',';
        for (char other : new char[] {';', '\t'}) {
            if (count(head, other) > count(head, delimiter)) {
                delimiter = other;
            }
        }
        return CSVFormat.RFC4180
                .builder()
                .setDelimiter(delimiter)
                .setIgnoreEmptyLines(false) // they count as lines
                .setIgnoreSurroundingSpaces(true)
                .get();
    }

    private static long count(String text, char each) {
        return text.chars().filter(letter -> letter == each).count();
    }
}
