package io.flashsale.cms.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class MarkupTest {

    private static String tree(String text) {
        return new JsonMapper().writeValueAsString(Markup.read(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'Of clay.' | [[\"p\",\"Of clay.\"]]",
                "'one\ntwo\n\nthree' | [[\"p\",\"one\",[\"br\"],\"two\"],[\"p\",\"three\"]]",
                "'# Tea\n## Cups' | [[\"h3\",\"Tea\"],[\"h3\",\"Cups\"]]",
                "'- a\n- **b** c' | [[\"ul\",[\"li\",\"a\"],[\"li\",[\"strong\",\"b\"],\" c\"]]]",
                "'1. a\n\n2. b' | [[\"ol\",[\"li\",[\"p\",\"a\"]],[\"li\",[\"p\",\"b\"]]]]",
                "'> *so*' | [[\"blockquote\",[\"p\",[\"em\",\"so\"]]]]",
                "'[more](https://shop.example/a?b=c&d) now' | [[\"p\",[\"a\",\"https://shop.example/a?b=c&d\",\"more\"],\" now\"]]",
                "'茶 & 杯 \\* 2' | [[\"p\",\"茶 & 杯 * 2\"]]"
            })
    void what_is_typed_becomes_a_tree(String text, String tree) {
        assertThat(tree(text)).isEqualTo(tree);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "a <b onclick=x>b</b>",
                "[x](javascript:alert(1))",
                "[x](data:text/html,x)",
                "[x](JaVaScRiPt:alert(1) \"t\")",
                "![x](https://tracker.example/pixel.gif)",
                "<https://ok.example> <javascript:x>",
                "[x]: javascript:alert(1)\n\n[x]",
                "    code\n\n```\nfenced\n```\n\n---\n",
                "[x](https://a.example/\"onmouseover=x)"
            })
    void nothing_in_it_is_anything_but_the_known_names_and_texts(String text) {
        assertThat(names(Markup.read(text)))
                .isSubsetOf("p", "h3", "ul", "ol", "li", "blockquote", "strong", "em", "br", "a");
        assertThat(addresses(Markup.read(text))).allMatch(address -> address.matches("https?://[^\\s\"'<>]+"));
        assertThat(tree(text))
                .doesNotContain("[\"a\",\"java", "[\"a\",\"data", "[\"a\",\"Java", "\"img\"", "\"script\"");
    }

    @Test
    void html_is_shown_as_it_was_typed() {
        assertThat(tree("a <b>c</b>")).isEqualTo("[[\"p\",\"a <b>c</b>\"]]");
    }

    @Test
    void what_is_nested_without_end_is_shown_in_six_steps() {
        String deep = tree("> ".repeat(400) + "end");
        assertThat(deep).contains("end");
        assertThat(deep.split("blockquote", -1).length - 1).isEqualTo(6);
        assertThat(tree(">".repeat(4_000))).hasSizeLessThan(5_000);
        assertThat(tree("> - - - - x\n>\n>     - - y")).doesNotContain("[\"ul\",\"");
    }

    @Test
    void nothing_said_is_nothing() {
        assertThat(Markup.read(" \n ")).isEmpty();
        assertThat(PromoText.of("", null, null).isEmpty()).isTrue();
        assertThat(PromoText.of("a", null, "b")).isEqualTo(new PromoText(Markup.read("a"), Markup.read("b")));
    }

    private static List<String> addresses(List<Object> nodes) {
        var found = new ArrayList<String>();
        for (Object node : nodes) {
            if (node instanceof List<?> named) {
                if (named.get(0).equals("a")) {
                    found.add((String) named.get(1));
                }
                found.addAll(addresses(new ArrayList<>(named.subList(1, named.size()))));
            }
        }
        return found;
    }

    @Test
    void an_address_that_is_named_a_thousand_times_is_told_fifty_times() {
        String text = "[x]: https://a.example/" + "y".repeat(400) + "\n\n" + "[x] ".repeat(800);
        assertThat(addresses(Markup.read(text))).hasSize(50);
        assertThat(tree(text)).hasSizeLessThan(40_000);
    }

    private static List<String> names(List<Object> nodes) {
        var names = new ArrayList<String>();
        for (Object node : nodes) {
            if (node instanceof List<?> named) {
                names.add((String) named.get(0));
                names.addAll(names(new ArrayList<>(named.subList(1, named.size()))));
            }
        }
        return names;
    }
}
