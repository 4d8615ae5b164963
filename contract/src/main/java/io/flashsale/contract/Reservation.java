package io.flashsale.contract;

import org.jspecify.annotations.Nullable;

/**
 * A reservation as Redis keeps it, unpacked; the packed shape is defined in the header of {@code edge-lua/redis/flashsale.lua}.
 * Times are epoch milliseconds.
 */
public record Reservation(
        State state,
        String userId,
        int userLevel,
        int quantity,
        @Nullable String requestId,
        long seq,
        long reservedAt,
        long payBefore,
        @Nullable String code,
        @Nullable String traceId) {

    /** Where the reservation stands; the letter is how it is packed. */
    public enum State {
        TAKEN('T'),
        SEND('S'),
        REFUSED('R'),
        GIVEN_BACK('C'),
        PAID('P');

        private final char letter;

        State(char letter) {
            this.letter = letter;
        }

        static State of(String letter) {
            for (State state : values()) {
                if (letter.length() == 1 && letter.charAt(0) == state.letter) {
                    return state;
                }
            }
            throw new IllegalArgumentException("not a reservation's state: " + letter);
        }
    }

    /** Reads a packed reservation. @throws IllegalArgumentException if it is not one */
    public static Reservation unpack(String packed) {
        String[] parts = packed.split("\\|", -1);
        if (parts.length != 10) {
            throw new IllegalArgumentException("not a packed reservation: " + packed);
        }
        return new Reservation(
                State.of(parts[0]),
                parts[1],
                Integer.parseInt(parts[2]),
                Integer.parseInt(parts[3]),
                emptyToNull(parts[4]),
                Long.parseLong(parts[5]),
                Long.parseLong(parts[6]),
                Long.parseLong(parts[7]),
                emptyToNull(parts[8]),
                emptyToNull(parts[9]));
    }

    /** Writes it as the function library reads it. */
    public String pack() {
        return String.join(
                "|",
                String.valueOf(state.letter),
                userId,
                Integer.toString(userLevel),
                Integer.toString(quantity),
                nullToEmpty(requestId),
                Long.toString(seq),
                Long.toString(reservedAt),
                Long.toString(payBefore),
                nullToEmpty(code),
                nullToEmpty(traceId));
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static String nullToEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
