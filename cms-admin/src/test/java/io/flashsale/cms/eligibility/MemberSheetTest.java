package io.flashsale.cms.eligibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flashsale.cms.web.Refusal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemberSheetTest {

    private static MemberSheet read(String text) {
        return MemberSheet.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String refusal(byte[] file) {
        return refusal(file, "");
    }

    private static String refusal(byte[] file, String after) {
        Refusal refused = catchThrowableOfType(Refusal.class, () -> MemberSheet.read(file));
        return refused.problem().code()
                + after
                + (after.isEmpty() ? "" : refused.problem().field());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "u1\nu2\n",
                "u1\r\n\r\nu2",
                "\uFEFFuserID\nu1\nu2\n",
                "USER_ID\nu1\nu2",
                "name,userID,level\nAnn,u1,3\n\"Bob, jr.\",u2,1\n",
                "name;userID\nAnn;u1\nBob;u2\n",
                "id,user,userID\n1,Ann,u1\n2,Bob,u2\n",
                "账号\tname\nu1\t安\nu2\t博\n",
                "sep=,\nuserID,x\nu1,=1+1\nu2,@y\n",
                "u1,Ann,whatever\nu2,Bob\n",
                " u1 \n \"u2\" \n,,\n"
            })
    void one_account_a_line_in_the_column_that_says_so_or_the_first(String text) {
        assertThat(read(text).users()).containsExactly("u1", "u2");
    }

    @Test
    void who_is_named_again_counts_once() {
        MemberSheet sheet = read("u1\nu2\nu1\nu1\nU1\n");
        assertThat(sheet.users()).containsExactly("u1", "u2", "U1");
        assertThat(sheet.twice()).isEqualTo(2);
    }

    @Test
    void it_may_come_as_spreadsheets_write_it() {
        String text = "账号,姓名\nu1,安\nu2,博\n";
        assertThat(MemberSheet.read(text.getBytes(Charset.forName("GB18030"))).users())
                .containsExactly("u1", "u2");
        assertThat(MemberSheet.read(("\uFEFF" + text).getBytes(StandardCharsets.UTF_16LE))
                        .users())
                .containsExactly("u1", "u2");
        assertThat(MemberSheet.read(("\uFEFF" + text).getBytes(StandardCharsets.UTF_16BE))
                        .users())
                .containsExactly("u1", "u2");
    }

    @ParameterizedTest
    @CsvSource({
        "'u1\nu 2\nu3\nü4\n', '2, 4'",
        "'userID,level\n,3\nu1,2\n', 2",
        "'u1\n=HYPERLINK(\"x\")\n', 2",
        "'u1\n../../etc\nu2|x\nu3:y\n', '2, 3, 4'"
    })
    void lines_that_name_no_account_are_told(String text, String lines) {
        assertThat(refusal(text.getBytes(StandardCharsets.UTF_8), " ")).isEqualTo("LIST_LINES " + lines);
    }

    @Test
    void no_more_than_ten_of_them() {
        byte[] wrong = "?\n".repeat(1_000).getBytes(StandardCharsets.UTF_8);
        assertThat(refusal(wrong, " ")).isEqualTo("LIST_LINES 1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
    }

    @Test
    void what_is_no_list_is_refused_with_its_reason() {
        assertThat(refusal(new byte[0])).isEqualTo("LIST_EMPTY");
        assertThat(refusal("userID\n\n".getBytes(StandardCharsets.UTF_8))).isEqualTo("LIST_EMPTY");
        assertThat(refusal(new byte[] {'P', 'K', 3, 4, 20})).isEqualTo("LIST_UNREADABLE");
        assertThat(refusal(new byte[] {(byte) 0x89, 'P', 'N', 'G', (byte) 0xff, 0}))
                .isEqualTo("LIST_UNREADABLE");
        assertThat(refusal("u1\n\"u2\n".getBytes(StandardCharsets.UTF_8))).isEqualTo("LIST_UNREADABLE");
    }

    @Test
    void a_hundred_thousand_are_a_list_and_one_more_is_none() {
        String many =
                IntStream.range(0, MemberSheet.MOST).mapToObj(n -> "buyer-" + n).collect(Collectors.joining("\n"));
        assertThat(read(many).users()).hasSize(100_000);
        assertThat(refusal((many + "\none-more").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("LIST_LONG");
    }
}
