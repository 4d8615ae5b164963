package io.flashsale.cms.draft;

import io.flashsale.cms.web.Refusal;
import io.flashsale.cms.web.SheetText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Items as a spreadsheet has them: a line that names the columns, which are the fields of {@link DraftForm.Item}, and a line for each
 * item. A column may be missing, but not that of the SKU.
 */
record ItemSheet(List<Row> rows) {

    private static final int MOST = 100;
    private static final String SKU = "sku";
    private static final List<String> COLUMNS =
            List.copyOf(DraftForm.Item.blank("").fields().keySet());

    /** What a spreadsheet would take for a formula, and such texts behind apostrophes: {@link #write} puts one more before it. */
    private static final Pattern GUARDED = Pattern.compile("'*[=+\\-@\\t\\r].*", Pattern.DOTALL);

    /**
     * One line.
     *
     * @param line its number in the sheet, where a cell may have several lines of text
     * @param fields its texts by the names of their columns
     */
    record Row(long line, Map<String, String> fields) {

        String sku() {
            return Objects.requireNonNull(fields.get(SKU));
        }

        /** Without those that are empty, which in a new item are left as a new item has them. */
        private Map<String, String> filled() {
            return fields.entrySet().stream()
                    .filter(field -> !field.getValue().isEmpty())
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        }
    }

    /** @throws Refusal 400 with the key of the message that says what is wrong with it */
    static ItemSheet read(String text) {
        String sheet = SheetText.unmarked(text);
        var rows = new ArrayList<Row>();
        try (CSVParser parser = CSVParser.parse(sheet, SheetText.format(sheet))) {
            List<String> columns = null;
            var skus = new HashSet<String>();
            for (CSVRecord record : parser) {
                List<String> cells = record.stream().map(String::strip).toList();
                if (cells.stream().allMatch(String::isEmpty) || cells.get(0).startsWith("sep=")) {
                    continue;
                }
                if (columns == null) {
                    columns = columns(cells);
                    continue;
                }
                Row row = row(record.getRecordNumber(), columns, cells);
                if (!skus.add(row.sku())) {
                    throw wrong("SHEET_TWICE", row.sku());
                }
                if (rows.size() == MOST) {
                    throw wrong("SHEET_LONG", "");
                }
                rows.add(row);
            }
        } catch (IOException | UncheckedIOException unreadable) {
            throw wrong("SHEET_UNREADABLE", "");
        }
        if (rows.isEmpty()) {
            throw wrong("SHEET_EMPTY", "");
        }
        return new ItemSheet(rows);
    }

    /** By their place; without a name where nothing may stand. */
    private static List<String> columns(List<String> head) {
        var columns = new ArrayList<String>();
        for (String name : head) {
            String known = name.isEmpty()
                    ? ""
                    : COLUMNS.stream()
                            .filter(name::equalsIgnoreCase)
                            .findFirst()
                            .orElseThrow(() -> wrong("SHEET_COLUMN", name));
            if (!known.isEmpty() && columns.contains(known)) {
                throw wrong("SHEET_COLUMN_TWICE", known);
            }
            columns.add(known);
        }
        if (!columns.contains(SKU)) {
            throw wrong("SHEET_NO_SKU", "");
        }
        return columns;
    }

    private static Row row(long line, List<String> columns, List<String> cells) {
        var fields = new HashMap<String, String>();
        for (int i = 0; i < Math.max(columns.size(), cells.size()); i++) {
            String column = i < columns.size() ? columns.get(i) : "";
            String cell = i < cells.size() ? cells.get(i) : "";
            if (!column.isEmpty()) {
                boolean guarded = cell.startsWith("'")
                        && GUARDED.matcher(cell.substring(1)).matches();
                fields.put(column, guarded ? cell.substring(1) : cell);
            } else if (!cell.isEmpty()) {
                throw wrong("SHEET_LINE", Long.toString(line));
            }
        }
        if (Objects.requireNonNull(fields.get(SKU)).isEmpty()) {
            throw wrong("SHEET_SKU", Long.toString(line));
        }
        return new Row(line, fields);
    }

    /** The items of a draft as such a sheet, to be changed and read again. */
    static String write(DraftForm form) {
        var text = new StringBuilder();
        try (var printer = new CSVPrinter(text, CSVFormat.RFC4180)) {
            printer.printRecord(COLUMNS);
            for (DraftForm.Item item : form.items()) {
                printer.printRecord(item.fields().values().stream()
                        .map(cell -> GUARDED.matcher(cell).matches() ? "'" + cell : cell));
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    /** What a line would do to a draft. */
    enum Effect {
        ADDED,
        CHANGED,
        SAME
    }

    /**
     * What becomes of a line.
     *
     * @param index of the item in the draft as it would be
     */
    record Outcome(Row row, Effect effect, int index, List<Change> changes) {}

    record Change(String field, String from, String to) {}

    /**
     * A draft with the lines taken over: an item whose SKU a line has is changed in the columns that the sheet has, and another is added.
     *
     * @param outcomes of each line, in their order
     */
    record Merged(DraftForm form, List<Outcome> outcomes) {}

    Merged into(DraftForm form) {
        var items = new ArrayList<>(form.items());
        String currency = items.isEmpty() ? "CNY" : items.get(items.size() - 1).currency();
        items.removeIf(DraftForm.Item::untouched);
        var outcomes = new ArrayList<Outcome>();
        for (Row row : rows) {
            int index = indexOf(items, row.sku());
            DraftForm.Item before = index < 0 ? null : items.get(index);
            DraftForm.Item after = (before == null ? DraftForm.Item.blank(currency) : before).with(row.fields());
            if (before == null) {
                index = items.size();
                items.add(after);
            } else {
                items.set(index, after);
            }
            outcomes.add(new Outcome(row, effect(before, after), index, changes(before, after)));
        }
        if (items.size() > MOST) {
            throw wrong("SHEET_LONG", "");
        }
        return new Merged(form.with(items), outcomes);
    }

    private static int indexOf(List<DraftForm.Item> items, String sku) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).sku().equals(sku)) {
                return i;
            }
        }
        return -1;
    }

    private static Effect effect(DraftForm.@Nullable Item before, DraftForm.Item after) {
        if (before == null) {
            return Effect.ADDED;
        }
        return before.equals(after) ? Effect.SAME : Effect.CHANGED;
    }

    private static List<Change> changes(DraftForm.@Nullable Item before, DraftForm.Item after) {
        if (before == null) {
            return List.of();
        }
        Map<String, String> was = before.fields();
        return after.fields().entrySet().stream()
                .filter(field -> !field.getValue().equals(was.get(field.getKey())))
                .map(field -> new Change(field.getKey(), was.getOrDefault(field.getKey(), ""), field.getValue()))
                .toList();
    }

    /** @param about the column or the line that it is about */
    private static Refusal wrong(String code, String about) {
        return Refusal.invalid(code, about, "The sheet cannot be read: " + code + " " + about);
    }
}
