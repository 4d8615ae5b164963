package io.flashsale.cms.order;

import io.flashsale.cms.web.Amounts;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Refusal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /orders}: found by their number, their buyer or their item; and one with all that ever happened to it. */
@Page
class OrderPages {

    private static final int SHOWN = 50;

    private static final List<String> STATES =
            List.of("PENDING_PAYMENT", "PAID", "CANCELLED", "EXPIRED", "REJECTED", "REFUND_PENDING", "REFUNDED");

    private static final Pattern ASCII = Pattern.compile("[!-~]{1,64}");

    private final OrderMapper books;

    OrderPages(OrderMapper books) {
        this.books = books;
    }

    /**
     * @param word an order's number, a buyer's id or a SKU, whichever there is
     * @param state of a SKU's orders; anything that is no state: all
     * @param after the number of the order that the page before ended with
     */
    @GetMapping("/orders")
    String list(
            @RequestParam(name = "word", defaultValue = "") String word,
            @RequestParam(name = "state", defaultValue = "") String state,
            @RequestParam(name = "after", defaultValue = "") String after,
            Model model) {
        // None of the three has anything but ASCII, and a column of that cannot be asked for more.
        String wanted = ASCII.matcher(word.strip()).matches() ? word.strip() : "";
        if (!wanted.isEmpty() && books.find(wanted) != null) {
            return "redirect:/orders/" + wanted;
        }
        List<Long> items = wanted.isEmpty() ? List.of() : books.items(wanted);
        List<OrderMapper.Line> found = !items.isEmpty()
                ? books.ofItems(
                        items,
                        STATES.contains(state) ? List.of(state) : STATES,
                        ASCII.matcher(after).matches() ? after : "",
                        SHOWN + 1)
                : wanted.isEmpty() ? List.of() : books.ofBuyer(wanted, SHOWN + 1);
        boolean more = found.size() > SHOWN;
        model.addAttribute("orders", found.stream().limit(SHOWN).map(Line::of).toList());
        model.addAttribute(
                "next", more && !items.isEmpty() ? found.get(SHOWN - 1).id() : null);
        model.addAttribute("cut", more && items.isEmpty());
        model.addAttribute("ofItem", !items.isEmpty());
        model.addAttribute("word", word.strip());
        model.addAttribute("state", state);
        model.addAttribute("states", STATES);
        return "orders";
    }

    @GetMapping("/orders/{id}")
    String show(@PathVariable("id") String id, Model model) {
        OrderMapper.Order order = ASCII.matcher(id).matches() ? books.find(id) : null;
        if (order == null) {
            throw Refusal.unknown("UNKNOWN_ORDER", "There is no such order.");
        }
        model.addAttribute("order", order);
        model.addAttribute("price", Line.price(order.priceMinor(), order.quantity(), order.currency()));
        model.addAttribute("createdAt", utc(order.createdAt()));
        model.addAttribute("payBefore", utc(order.payBefore()));
        model.addAttribute(
                "trail",
                books.trail(id).stream()
                        .map(event -> Event.of(event, order.currency()))
                        .toList());
        return "order";
    }

    private static Instant utc(LocalDateTime time) {
        return time.toInstant(ZoneOffset.UTC);
    }

    /**
     * One of a list.
     *
     * @param price of all its units
     */
    record Line(
            String id,
            String sku,
            String itemName,
            String userId,
            int quantity,
            int refunded,
            String price,
            String state,
            Instant createdAt) {

        private static Line of(OrderMapper.Line line) {
            return new Line(
                    line.id(),
                    line.sku(),
                    line.itemName(),
                    line.userId(),
                    line.quantity(),
                    line.refunded(),
                    price(line.priceMinor(), line.quantity(), line.currency()),
                    line.state(),
                    utc(line.createdAt()));
        }

        private static String price(long minor, int quantity, String currency) {
            return new Amounts().of(minor * quantity, currency);
        }
    }

    /**
     * One step of an order's course.
     *
     * @param what the key of its message
     * @param amount units or money, for people; null where neither is meant
     */
    record Event(Instant at, String what, @Nullable String amount, String word) {

        private static Event of(OrderMapper.Event event, String currency) {
            String amount = event.what().startsWith("ledger.")
                    ? Long.toString(event.number())
                    : event.number() == 0 ? null : new Amounts().of(event.number(), currency);
            return new Event(utc(event.at()), event.what(), amount, event.word());
        }
    }
}
