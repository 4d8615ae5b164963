package io.flashsale.cms.settlement;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Every order of a promo as CSV, by id; read as a stream, so that its length costs no memory. */
@Component
class OrderList {

    private static final String HEADER =
            "order,sku,user,units,refundedUnits,state,reason,priceMinor,currency,paidMinor,refundedMinor,ledger,created,updated\n";

    private static final String LINES =
            """
            SELECT o.id, o.sku, o.user_id, o.quantity, o.refunded, o.state, COALESCE(o.reason, ''), o.price_minor, o.currency,
                   COALESCE((SELECT SUM(s.amount_minor) FROM payment_order s WHERE s.order_id = o.id AND s.state = 'PAID'), 0),
                   COALESCE((SELECT SUM(r.amount_minor) FROM refund r WHERE r.order_id = o.id AND r.quantity > 0), 0),
                   COALESCE((SELECT GROUP_CONCAT(l.event ORDER BY l.id SEPARATOR '+') FROM stock_ledger l
                             WHERE l.order_id = o.id), ''),
                   DATE_FORMAT(o.created_at, '%Y-%m-%dT%H:%i:%s.%fZ'), DATE_FORMAT(o.updated_at, '%Y-%m-%dT%H:%i:%s.%fZ')
            FROM orders o JOIN promo_item i ON i.id = o.promo_item_id
            WHERE i.promo_id = ? ORDER BY o.id""";

    private final JdbcTemplate jdbc;

    OrderList(JdbcTemplate shared) {
        jdbc = new JdbcTemplate(java.util.Objects.requireNonNull(shared.getDataSource()));
        jdbc.setFetchSize(Integer.MIN_VALUE); // Connector/J's way to say: row by row
    }

    /** @return the rows below the header */
    long write(long promoId, OutputStream out) {
        return write(promoId, out, OrderList::cell);
    }

    /** The same for a spreadsheet: what it would take for a formula is text, behind an apostrophe. */
    void writeForSpreadsheet(long promoId, OutputStream out) {
        write(promoId, out, value -> {
            boolean formula = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0;
            return cell(formula ? "'" + value : value);
        });
    }

    private long write(long promoId, OutputStream out, UnaryOperator<String> written) {
        long[] rows = {0};
        put(out, HEADER);
        jdbc.query(
                LINES,
                row -> {
                    var line = new StringBuilder();
                    for (int column = 1; column <= 14; column++) {
                        line.append(column == 1 ? "" : ",")
                                .append(written.apply(String.valueOf(row.getString(column))));
                    }
                    put(out, line.append('\n').toString());
                    rows[0]++;
                },
                promoId);
        return rows[0];
    }

    /** How many there are, and the hash of what {@link #write} writes. */
    Settlement.Orders digest(long promoId) {
        MessageDigest sha256 = sha256();
        long rows = write(promoId, new OutputStream() {
            @Override
            public void write(int each) {
                sha256.update((byte) each);
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                sha256.update(bytes, from, length);
            }
        });
        return new Settlement.Orders(rows, HexFormat.of().formatHex(sha256.digest()));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String cell(String text) {
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static void put(OutputStream out, String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
