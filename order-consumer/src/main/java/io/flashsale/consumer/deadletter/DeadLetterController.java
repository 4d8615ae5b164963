package io.flashsale.consumer.deadletter;

import static io.flashsale.consumer.web.Problems.problem;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flashsale.consumer.intake.Redelivery;
import io.flashsale.consumer.parking.ParkedMessages.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code /internal/parked}: {@code GET} lists what is open, the oldest first ({@code ?resolved=true}: all; as JSON, or as lines for a
 * terminal with {@code Accept: text/plain}); {@code GET /{id}} shows one with its body; {@code POST /{id}/replay} with
 * {@code {"by"}} and {@code POST /{id}/discard} with {@code {"by","why"}} settle it and answer {@code {"outcome","message"}}. Problems:
 * 404 UNKNOWN_MESSAGE, 400 BAD_REQUEST.
 */
@RestController
@RequestMapping("/internal/parked")
class DeadLetterController {

    private static final int MOST = 1_000;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_WHY = 255;

    record Line(
            long id,
            @JsonProperty("orderID") @Nullable String orderId,
            @JsonProperty("promoItemID") @Nullable Long itemId,
            String reason,
            Instant parkedAt,
            @Nullable Instant resolvedAt,
            @Nullable String resolution,
            @Nullable String by,
            @Nullable String why) {
        static Line of(Entry entry) {
            return new Line(
                    entry.id(),
                    entry.message().orderId(),
                    entry.message().itemId(),
                    entry.message().reason(),
                    entry.createdAt(),
                    entry.resolvedAt(),
                    entry.resolution() == null ? null : entry.resolution().name(),
                    entry.resolvedBy(),
                    entry.note());
        }
    }

    /** @param body as text, or in Base64 where it is none; {@code problem}: why it cannot be read today, null if it can */
    record Shown(
            Line message,
            @JsonProperty("messageID") String messageId,
            String topic,
            int queue,
            long offset,
            int bytes,
            @Nullable String body,
            @Nullable String base64,
            @Nullable String problem) {}

    record Answer(String outcome, Line message) {}

    record Act(@Nullable String by, @Nullable String why) {}

    private final DeadLetters letters;
    private final Redelivery redelivery;

    DeadLetterController(DeadLetters letters, Redelivery redelivery) {
        this.letters = letters;
        this.redelivery = redelivery;
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    List<Line> list(@RequestParam(defaultValue = "false") boolean resolved) {
        return letters.list(resolved, MOST).stream().map(Line::of).toList();
    }

    @GetMapping(produces = MediaType.TEXT_PLAIN_VALUE)
    String lines(@RequestParam(defaultValue = "false") boolean resolved) {
        var text = new StringBuilder();
        for (Entry entry : letters.list(resolved, MOST)) {
            text.append(entry.id())
                    .append('\t')
                    .append(entry.createdAt().toString(), 0, 19)
                    .append("Z\t")
                    .append(entry.resolution() == null ? "OPEN" : entry.resolution())
                    .append('\t')
                    .append(plain(entry.message().orderId()))
                    .append('\t')
                    .append(plain(entry.message().reason()))
                    .append('\n');
        }
        return text.toString();
    }

    /** A message may say anything, also to a terminal. */
    private static String plain(@Nullable String text) {
        return text == null ? "-" : text.replaceAll("\\p{Cntrl}", "?");
    }

    @GetMapping("/{id}")
    ResponseEntity<?> show(@PathVariable long id) {
        Entry entry = letters.find(id);
        if (entry == null) {
            return unknown(id);
        }
        var message = entry.message();
        String body = text(message.body());
        return ResponseEntity.ok(new Shown(
                Line.of(entry),
                message.messageId(),
                message.topic(),
                message.queueId(),
                message.offset(),
                message.body().length,
                body,
                body == null ? Base64.getEncoder().encodeToString(message.body()) : null,
                redelivery.unreadable(message)));
    }

    private static @Nullable String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException binary) {
            return null;
        }
    }

    @PostMapping("/{id}/replay")
    ResponseEntity<?> replay(@PathVariable long id, @RequestBody Act act) {
        String by = act.by();
        if (by == null || by.isBlank() || by.length() > LONGEST_NAME) {
            return bad("by: who does this, 1 to " + LONGEST_NAME + " characters");
        }
        return answer(id, letters.replay(id, by));
    }

    @PostMapping("/{id}/discard")
    ResponseEntity<?> discard(@PathVariable long id, @RequestBody Act act) {
        String by = act.by();
        String why = act.why();
        if (by == null || by.isBlank() || by.length() > LONGEST_NAME) {
            return bad("by: who does this, 1 to " + LONGEST_NAME + " characters");
        }
        if (why == null || why.isBlank() || why.length() > LONGEST_WHY) {
            return bad("why: the reason, 1 to " + LONGEST_WHY + " characters");
        }
        return answer(id, letters.discard(id, by, why));
    }

    private static ResponseEntity<?> answer(long id, DeadLetters.Settled settled) {
        Entry entry = settled.entry();
        return entry == null ? unknown(id) : ResponseEntity.ok(new Answer(settled.outcome(), Line.of(entry)));
    }

    private static ResponseEntity<ProblemDetail> unknown(long id) {
        return problem(HttpStatus.NOT_FOUND, "UNKNOWN_MESSAGE", "There is no parked message " + id + ".");
    }

    private static ResponseEntity<ProblemDetail> bad(String text) {
        return problem(HttpStatus.BAD_REQUEST, "BAD_REQUEST", text);
    }
}
