package io.flashsale.cms.blacklist;

import io.flashsale.cms.web.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whom a list names: one a line, as a column of a spreadsheet has them; further columns say nothing here. */
record EntryList(List<Line> lines) {

    /** Each is a row and an audit row of one transaction. */
    static final int MOST = 500;

    private static final Pattern FIRST_CELL = Pattern.compile("[^\\S\\t]*\"?([^\",;，；\\t]*)");

    /** What may stand above a column, and could be the name of an account. */
    private static final Set<String> HEADINGS = Set.of(
            "account", "address", "network", "session", "user", "userid", "user_id", "id", "ip", "value", "name");

    /** What a line would do to the list. */
    enum Effect {
        NEW,
        /** There is an entry that lasts as long. */
        ALREADY,
        /** A line before has the same. */
        TWICE,
        /** It is not what the list was said to be of. */
        WRONG
    }

    /**
     * @param number counted from one, blank lines too
     * @param value as it is stored, or as it was typed where it is wrong
     */
    record Line(int number, String value, Effect effect) {}

    /**
     * @param listed those of such values that are on the list for as long
     * @throws Refusal LIST_EMPTY, LIST_LONG, or 400 for a kind that there is not
     */
    static EntryList read(@Nullable String kind, String text, Function<List<String>, Set<String>> listed) {
        Subject.kind(kind);
        var lines = new ArrayList<Line>();
        var seen = new HashSet<String>();
        int number = 0;
        for (String line : text.replaceFirst("^\uFEFF", "").lines().toList()) {
            number++;
            String typed = firstCell(line);
            if (line.isBlank() || lines.isEmpty() && HEADINGS.contains(typed.toLowerCase(Locale.ROOT))) {
                continue;
            }
            if (lines.size() == MOST) {
                throw Refusal.invalid("LIST_LONG", "sheet", "A list has " + MOST + " lines at most.");
            }
            lines.add(typed.isEmpty() ? new Line(number, line.strip(), Effect.WRONG) : line(number, kind, typed, seen));
        }
        if (lines.isEmpty()) {
            throw Refusal.invalid("LIST_EMPTY", "sheet", "There is nobody in the list.");
        }
        Set<String> already = seen.isEmpty() ? Set.of() : listed.apply(List.copyOf(seen));
        return new EntryList(lines.stream()
                .map(line -> line.effect() == Effect.NEW && already.contains(line.value())
                        ? new Line(line.number(), line.value(), Effect.ALREADY)
                        : line)
                .toList());
    }

    private static Line line(int number, @Nullable String kind, String typed, Set<String> seen) {
        try {
            String value = Subject.read(kind, typed).value();
            return new Line(number, value, seen.add(value) ? Effect.NEW : Effect.TWICE);
        } catch (Refusal wrong) {
            return new Line(number, typed, Effect.WRONG);
        }
    }

    private static String firstCell(String line) {
        var cell = FIRST_CELL.matcher(line);
        return cell.lookingAt() ? cell.group(1).strip() : "";
    }

    /** Those that are new. */
    public List<String> fresh() {
        return lines.stream()
                .filter(line -> line.effect() == Effect.NEW)
                .map(Line::value)
                .toList();
    }
}
