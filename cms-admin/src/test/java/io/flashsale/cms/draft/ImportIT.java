package io.flashsale.cms.draft;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Items from a sheet: looked at first, then taken over. */
class ImportIT {

    private static final String SHEET =
            """
            sku,name,price,currency,published,hold
            SHEET-1,Teapot,19.99,CNY,5,30
            SHEET-2,<b>Cup</b>,3.999,CNY,0,30
            """;

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor editor;

    @BeforeAll
    static void start() {
        cms = Cms.start();
        editor = Visitor.of(cms, "edith", "EDITOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void a_sheet_is_looked_at_without_a_change_and_then_taken_over() {
        String draft = begin();
        HttpResponse<String> looked = post(draft, SHEET, "look", version(draft));
        assertThat(looked.statusCode()).isEqualTo(200);
        assertThat(looked.body())
                .contains("What it would do", "data-effect=\"ADDED\"", "&lt;b&gt;Cup&lt;/b&gt;")
                .contains("with no more digits than the currency has", "Units on sale: 1 to")
                .contains("SHEET-1,Teapot,19.99,CNY,5,30")
                .doesNotContain("<b>Cup");
        assertThat(editor.get(draft).body()).as("nothing yet").doesNotContain("SHEET-1");

        assertThat(Visitor.location(post(draft, SHEET, "take", version(draft)))).isEqualTo(draft + "?said=saved");
        assertThat(editor.get(draft).body()).contains("value=\"SHEET-1\"", "value=\"SHEET-2\"", "value=\"3.999\"");

        HttpResponse<String> again = post(draft, "sku,price\nSHEET-1,18.00\nSHEET-2,3.999", "look", version(draft));
        assertThat(again.body())
                .contains(
                        "data-effect=\"CHANGED\"",
                        "data-effect=\"SAME\"",
                        "<del class=\"text-secondary\">19.99</del> → <ins>18.00</ins>");
    }

    @Test
    void nothing_goes_over_what_somebody_has_saved_since_it_was_looked_at() {
        String draft = begin();
        String seen = version(draft);
        var typed = new HashMap<>(Map.of("name", "Named meanwhile", "zone", "UTC", "act", "save", "version", seen));
        typed.put("items[0].sku", "SHEET-1");
        typed.put("items[0].price", "1");
        editor.post(draft, typed);
        HttpResponse<String> answer = post(draft, SHEET, "take", seen);
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body())
                .contains(
                        "Somebody has saved the draft meanwhile.",
                        "<del class=\"text-secondary\">1</del> → <ins>19.99</ins>");
        assertThat(editor.get(draft).body())
                .contains("value=\"Named meanwhile\"")
                .doesNotContain("SHEET-2");
        assertThat(Visitor.location(post(draft, SHEET, "take", version(draft)))).isEqualTo(draft + "?said=saved");
        assertThat(editor.get(draft).body()).contains("value=\"Named meanwhile\"", "value=\"SHEET-2\"");
    }

    @Test
    void what_cannot_be_read_says_why_and_stays_in_the_field() {
        String draft = begin();
        for (var wrong : Map.of(
                        "sku,colour\nA,red", "There is no column of the name “colour”.",
                        "name\nTeapot", "The column sku is missing",
                        "sku,name\nA,x,y", "Line 2 has a cell in a column without a name",
                        "sku,name\nA,\"open", "This is no CSV")
                .entrySet()) {
            HttpResponse<String> answer = post(draft, wrong.getKey(), "take", version(draft));
            assertThat(answer.statusCode()).as(wrong.getKey()).isEqualTo(400);
            assertThat(answer.body())
                    .contains(
                            wrong.getValue(),
                            ">" + wrong.getKey().lines().findFirst().orElseThrow());
        }
        assertThat(editor.get("/drafts/999999/import").statusCode()).isEqualTo(404);
    }

    @Test
    void the_same_sheet_taken_twice_is_taken_once_and_a_closed_draft_takes_none() {
        String draft = begin();
        String seen = version(draft);
        assertThat(Visitor.location(post(draft, SHEET, "take", seen))).isEqualTo(draft + "?said=saved");
        assertThat(Visitor.location(post(draft, SHEET, "take", seen))).isEqualTo(draft + "?said=saved");
        assertThat(version(draft)).isEqualTo("2");
        editor.post(draft, Map.of("act", "discard", "version", "2"));
        for (String act : new String[] {"look", "take"}) {
            HttpResponse<String> late = post(draft, "sku\nLATE", act, "3");
            assertThat(late.statusCode()).as(act).isEqualTo(409);
            assertThat(late.body())
                    .contains("This draft was discarded.", ">sku\nLATE</textarea>")
                    .doesNotContain("data-testid=\"take\"", "data-testid=\"look\"");
        }
        assertThat(editor.get(draft + "/import").body()).contains("This draft was discarded.");
    }

    @Test
    void a_page_of_the_draft_that_is_open_beside_it_does_not_go_over_what_was_taken() {
        String draft = begin();
        var typed = new HashMap<>(Map.of("name", "Typed beside", "zone", "UTC", "version", version(draft)));
        post(draft, SHEET, "take", version(draft));
        assertThat(editor.post(draft + "/autosave", typed).statusCode()).isEqualTo(409);
        assertThat(editor.get(draft).body()).contains("value=\"SHEET-2\"");
    }

    @Test
    void the_items_that_there_are_come_as_a_sheet() {
        String draft = begin();
        post(draft, SHEET, "take", version(draft));
        HttpResponse<String> sheet = editor.get(draft + "/items.csv");
        assertThat(sheet.headers().firstValue("Content-Type").orElse("")).startsWith("text/csv");
        assertThat(sheet.headers().firstValue("Content-Disposition").orElse(""))
                .startsWith("attachment; filename=\"draft-");
        assertThat(sheet.body().lines())
                .containsExactly(
                        "\uFEFFsku,name,nameZh,nameEn,price,listPrice,currency,published,hold,quantityLimit,minLevel,levelLimits,image,list",
                        "SHEET-1,Teapot,,,19.99,,CNY,5,30,,,,,",
                        "SHEET-2,<b>Cup</b>,,,3.999,,CNY,0,30,,,,,");
    }

    private static String begin() {
        editor.get("/drafts");
        return Visitor.location(editor.post("/drafts", Map.of()));
    }

    private static HttpResponse<String> post(String draft, String sheet, String act, String version) {
        return editor.post(draft + "/import", Map.of("sheet", sheet, "act", act, "version", version));
    }

    private static String version(String draft) {
        Matcher version = Pattern.compile("name=\"version\" value=\"(\\d+)\"")
                .matcher(editor.get(draft + "/import").body());
        assertThat(version.find()).isTrue();
        return version.group(1);
    }
}
