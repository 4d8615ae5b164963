package io.flashsale.backend.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

    @Test
    void each_line_is_one_of_whom_was_counted() {
        var report = Report.parse(
                """
                seen 12 0 12 0 3 0 3 0
                address 203.0.113.7 9 1 2 3 0000000a,ffffffff
                address 2001:db8:1:2::/64 3 0 0 0 -
                account b-1_x 3 0 0 0 00000001
                session s.1 3 0 0 0 -""");
        assertThat(report.unread()).isZero();
        assertThat(report.lines())
                .containsExactly(
                        new Report.Line(new Subject("address", "203.0.113.7"), 9, 1, 2, 3, List.of(10, -1)),
                        new Report.Line(new Subject("address", "2001:db8:1:2::/64"), 3, 0, 0, 0, List.of()),
                        new Report.Line(new Subject("account", "b-1_x"), 3, 0, 0, 0, List.of(1)),
                        new Report.Line(new Subject("session", "s.1"), 3, 0, 0, 0, List.of()));
    }

    @Test
    void what_is_no_line_is_counted_and_spoils_no_other() {
        var report = Report.parse(
                """
                country XX 1 0 0 0 -
                address 203.0.113.7 -1 0 0 0 -
                address 203.0.113.7 999999999 0 0 0 -
                account '; 1 0 0 0 -
                account b1 1 0 0 0 xyz

                account b1 1 0 0 0 -""");
        assertThat(report.lines()).hasSize(1);
        assertThat(report.unread()).isEqualTo(6);
        assertThat(Report.parse("").lines()).isEmpty();
    }

    @Test
    void a_network_is_kept_out_as_one_whatever_it_was_counted_as() {
        assertThat(new Subject("address", "203.0.113.7").blacklistKind()).isEqualTo("address");
        assertThat(new Subject("address", "2001:db8:1:2::/64").blacklistKind()).isEqualTo("network");
        assertThat(new Subject("network", "203.0.113.0/24").blacklistKind()).isEqualTo("network");
        assertThat(new Subject("account", "b1").blacklistKind()).isEqualTo("account");
    }
}
