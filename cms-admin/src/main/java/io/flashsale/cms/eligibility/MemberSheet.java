package io.flashsale.cms.eligibility;

import io.flashsale.cms.web.Refusal;
import io.flashsale.cms.web.SheetText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Accounts as a spreadsheet has them: one a line, in the column whose heading says so, or else in the first; what other columns say is not
 * looked at.
 *
 * @param users each once
 * @param twice lines that named one again
 */
record MemberSheet(Set<String> users, int twice) {

    /** As many rows as one transaction writes in some seconds. */
    static final int MOST = 100_000;

    /** Lines that are told of as wrong; who sees so many knows what is wrong. */
    private static final int TOLD = 10;

    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** Of several columns, the one whose heading comes first here. */
    private static final List<String> HEADINGS =
            List.of("userid", "user_id", "账号", "account", "user", "用户", "buyer", "会员");

    /** @throws Refusal 400 LIST_UNREADABLE, LIST_EMPTY, LIST_LONG, or LIST_LINES about the lines that name no account */
    static MemberSheet read(byte[] file) {
        var users = new LinkedHashSet<String>();
        var wrong = new ArrayList<Long>();
        int twice = 0;
        try {
            String text = SheetText.decode(file);
            try (CSVParser parser = CSVParser.parse(text, SheetText.format(text))) {
                int column = -1;
                for (CSVRecord line : parser) {
                    List<String> cells = line.stream().map(String::strip).toList();
                    if (cells.stream().allMatch(String::isEmpty) || cells.get(0).startsWith("sep=")) {
                        continue;
                    }
                    if (column < 0) {
                        int heading = heading(cells);
                        column = Math.max(0, heading);
                        if (heading >= 0) {
                            continue;
                        }
                    }
                    String user = column < cells.size() ? cells.get(column) : "";
                    if (!USER.matcher(user).matches()) {
                        wrong.add(line.getRecordNumber());
                    } else if (!users.add(user)) {
                        twice++;
                    }
                    if (users.size() > MOST) {
                        throw Refusal.invalid("LIST_LONG", "file", "A list has " + MOST + " accounts at most.");
                    }
                    if (wrong.size() == TOLD) {
                        break;
                    }
                }
            }
        } catch (CharacterCodingException noText) {
            throw Refusal.invalid("LIST_UNREADABLE", "file", "It is no text with one account a line.");
        } catch (IOException | UncheckedIOException ragged) {
            throw Refusal.invalid("LIST_UNREADABLE", "file", "It is no text with one account a line.");
        }
        if (!wrong.isEmpty()) {
            String lines = wrong.stream().map(String::valueOf).collect(Collectors.joining(", "));
            throw Refusal.invalid("LIST_LINES", lines, "These lines name no account: " + lines + ".");
        }
        if (users.isEmpty()) {
            throw Refusal.invalid("LIST_EMPTY", "file", "It names nobody.");
        }
        return new MemberSheet(users, twice);
    }

    /** The column of the accounts, if these are headings; -1 if they are not. */
    private static int heading(List<String> cells) {
        List<String> lower =
                cells.stream().map(cell -> cell.toLowerCase(Locale.ROOT)).toList();
        return HEADINGS.stream()
                .map(lower::indexOf)
                .filter(at -> at >= 0)
                .findFirst()
                .orElse(-1);
    }
}
