package io.flashsale.cms.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flashsale.cms.draft.ItemSheet.Effect;
import io.flashsale.cms.web.Refusal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ItemSheetTest {

    private static final DraftForm BLANK = DraftForm.blank("UTC");

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t"})
    void lines_become_items_whatever_stands_between_their_cells(String between) {
        String sheet = "sku,name,price,published\r\nA1,Teapot,19.99,5\r\nA2,\"Cup, \"\"blue\"\"\",3,7\r\n"
                .replace("Cup, ", "Cup~ ")
                .replace(",", between)
                .replace("Cup~ ", "Cup" + between + " ");
        DraftForm form = ItemSheet.read("\uFEFF" + sheet).into(BLANK).form();
        assertThat(form.items()).hasSize(2);
        assertThat(form.items().get(0))
                .isEqualTo(
                        new DraftForm.Item("A1", "Teapot", "", "", "19.99", "", "CNY", "5", "30", "", "", "", "", ""));
        assertThat(form.items().get(1).name()).isEqualTo("Cup" + between + " \"blue\"");
    }

    @Test
    void an_item_that_is_there_is_changed_in_the_columns_that_the_sheet_has() {
        DraftForm form = ItemSheet.read("sku,name,price,quantityLimit\nA1,Teapot,20,2\nA2,Cup,3,2")
                .into(BLANK)
                .form();
        ItemSheet.Merged merged =
                ItemSheet.read("price,sku\n18,A1\n,\n3,A2\n\n9,A3\n,\n").into(form);
        assertThat(merged.outcomes())
                .extracting(ItemSheet.Outcome::effect)
                .containsExactly(Effect.CHANGED, Effect.SAME, Effect.ADDED);
        assertThat(merged.outcomes().get(0).changes()).containsExactly(new ItemSheet.Change("price", "20", "18"));
        assertThat(merged.form().items())
                .extracting(item -> item.sku() + " " + item.name() + " " + item.price() + " " + item.quantityLimit())
                .containsExactly("A1 Teapot 18 2", "A2 Cup 3 2", "A3  9 ");
        assertThat(merged.outcomes()).extracting(ItemSheet.Outcome::index).containsExactly(0, 1, 2);
    }

    @ParameterizedTest
    @CsvSource({
        "'', SHEET_EMPTY, ''",
        "' \n ', SHEET_EMPTY, ''",
        "'sku,name', SHEET_EMPTY, ''",
        "'sku,colour\nA,red', SHEET_COLUMN, colour",
        "'A1,Teapot\nA2,Cup', SHEET_COLUMN, A1",
        "'name,price\nTeapot,1', SHEET_NO_SKU, ''",
        "'sku,name\nA1,x\n\nA2,y,z', SHEET_LINE, 4",
        "'sku,name,\nA1,x,y', SHEET_LINE, 2",
        "'sku,name\nA1,x\n,y', SHEET_SKU, 3",
        "'sku,name\nA1,x\nA1,y', SHEET_TWICE, A1",
        "'sku,SKU\nA1,A1', SHEET_COLUMN_TWICE, sku",
        "'sku,name\nA1,\"Teapot', SHEET_UNREADABLE, ''",
    })
    void what_is_no_sheet_of_items_is_refused_and_says_where(String sheet, String code, String about) {
        Refusal refused = catchThrowableOfType(Refusal.class, () -> ItemSheet.read(sheet.replace("\\n", "\n")));
        assertThat(refused).as(sheet).isNotNull();
        assertThat(refused.problem().code()).isEqualTo(code);
        assertThat(refused.problem().field()).isEqualTo(about);
    }

    /** Spreadsheets leave out empty cells at the end of a line, or write more of them than there are columns, and name columns as they like. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sku\tname\tquantityLimit\nA1\tCup\t\r\n",
                "sku,name,price\nA1,Cup",
                "sku,name,,\nA1,Cup,,",
                "\n\nSKU , Name\n,,,\n\u3000A1\u3000,\"Cup\"\n",
                "sep=;\nsku;name\nA1;Cup",
                "sku, name\nA1, \"Cup\""
            })
    void what_spreadsheets_leave_out_or_add_is_no_mistake(String sheet) {
        assertThat(ItemSheet.read(sheet).into(BLANK).form().items())
                .containsExactly(new DraftForm.Item("A1", "Cup", "", "", "", "", "CNY", "", "30", "", "", "", "", ""));
    }

    @Test
    void a_line_has_the_number_that_a_spreadsheet_shows() {
        assertThat(ItemSheet.read("sku,name\n\nA1,\"two\nlines\"\n,\nA2,x").rows())
                .extracting(ItemSheet.Row::line)
                .containsExactly(3L, 5L);
    }

    @Test
    void more_than_a_promo_may_have_is_refused_with_those_that_are_there() {
        String many = "sku\n" + IntStream.range(0, 100).mapToObj(i -> "M" + i).collect(Collectors.joining("\n"));
        DraftForm full = ItemSheet.read(many).into(BLANK).form();
        assertThat(full.items()).hasSize(100);
        assertThat(ItemSheet.read("sku,price\nM7,1").into(full).form().items()).hasSize(100);
        for (String sheet : List.of("sku\nONE-MORE", many + "\nM100")) {
            assertThat(catchThrowableOfType(
                            Refusal.class, () -> ItemSheet.read(sheet).into(full)))
                    .extracting(refused -> refused.problem().code())
                    .isEqualTo("SHEET_LONG");
        }
    }

    @Test
    void what_is_written_is_read_again_and_is_no_formula_in_between() {
        var odd = new DraftForm.Item(
                "-A1", "=SUM(1,2) \"x\"", "", "=x", "1", "", "CNY", "2", "3", "", "", "0=1, 2=3", "7", "2");
        var quoted = new DraftForm.Item("A2", "'@home' mug", "杯", "", "1", "", "CNY", "2", "3", "", "", "", "", "");
        DraftForm form = BLANK.with(List.of(odd, quoted));
        String sheet = ItemSheet.write(form);
        assertThat(sheet).contains("'-A1", "'=SUM").doesNotContain("\n-A1", "\"=SUM");
        assertThat(ItemSheet.read(sheet).into(BLANK).form().items()).containsExactly(odd, quoted);
    }
}
