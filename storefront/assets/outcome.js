// Pure: what an answer means for the shopper and for what the page does next.
//
// A purchase is in one of these states, each with its own words:
//   idle sending waiting-session login signed-out
//   reserved (has an order, not seen in the books yet)  placed (PENDING_PAYMENT)  paid
//   pending (the outcome is not known yet; the order id is)   retrying (will ask again by itself)
//   refused (with a code)   cancelled expired rejected refunding refunded
//   late (paid after the time, and it is being seen to)   too-late, given-back (the money goes back, or has)
// `again` says what another press may do: "same" repeats the same intent (safe: the key is the same), "new" begins another
// one, "no" offers none.

export const RETRIED = new Set(["BUSY", "NOT_READY", "THROTTLED", "NO_ANSWER"]);

/** Refusals that the stock itself gives a key, so that nothing was granted to it; others are given before anybody looks. */
export const DECIDED = new Set(["SOLD_OUT", "ALL_RESERVED", "LIMIT_REACHED", "NOT_STARTED", "ENDED", "PAUSED", "REQUEST_REUSED", "UNKNOWN_SKU"]);

const REFUSALS = {
  // tone: calm for what is nobody's fault, bad for what needs the shopper
  BLACKLISTED: { tone: "bad", again: "no" },
  IDENTITY_MISMATCH: { tone: "bad", again: "same" },
  NOT_ELIGIBLE: { tone: "calm", again: "no" },
  TICKET_REQUIRED: { tone: "calm", again: "no" },
  LIMIT_REACHED: { tone: "calm", again: "no" },
  SOLD_OUT: { tone: "calm", again: "same" },
  ALL_RESERVED: { tone: "calm", again: "same" },
  NOT_STARTED: { tone: "calm", again: "same" },
  ENDED: { tone: "calm", again: "same" },
  PAUSED: { tone: "calm", again: "same" },
  THROTTLED: { tone: "calm", again: "same" },
  BUSY: { tone: "calm", again: "same" },
  NOT_READY: { tone: "calm", again: "same" },
  NO_ANSWER: { tone: "bad", again: "same" },
  NOTHING: { tone: "calm", again: "same" },
  REQUEST_REUSED: { tone: "bad", again: "new" },
  BAD_REQUEST: { tone: "bad", again: "new" },
  UNKNOWN_SKU: { tone: "calm", again: "no" },
  METHOD_NOT_ALLOWED: { tone: "bad", again: "same" },
  TOO_LARGE: { tone: "bad", again: "new" },
};

/** An answer of POST /buy, `{status, body, retryAfterMs}` or null where none came, -> what to do. */
export function ofBuy(answer) {
  const code = answer?.body?.code;
  if (!answer || typeof code !== "string") return { kind: "retry", code: "NO_ANSWER", waitMs: null };
  const { orderID, payBefore } = answer.body;
  if (code === "RESERVED" && orderID) return { kind: "order", state: "reserved", orderID, payBefore };
  if (code === "PENDING" && orderID) return { kind: "order", state: "pending", orderID, payBefore: payBefore ?? null };
  if (code === "UNAUTHENTICATED") return { kind: "session" };
  if (RETRIED.has(code)) return { kind: "retry", code, waitMs: answer.retryAfterMs };
  // Kept out for a while: another press after it is worth a try.
  if (code === "BLACKLISTED" && answer.retryAfterMs) return { kind: "refused", code, again: "same", waitMs: answer.retryAfterMs };
  // An order id beside a refusal means that it was decided: the key is bound to it for good.
  return { kind: "refused", code, again: orderID ? "new" : refusal(code).again };
}

/** The state that GET /api/orders/{id} tells -> the state of the purchase; null: ask again. */
export function ofOrder(order) {
  switch (order.state) {
    case "QUEUED":
      return { kind: "order", state: "reserved" };
    case "PENDING":
      return { kind: "order", state: "pending" };
    case "PENDING_PAYMENT":
      return { kind: "order", state: "placed" };
    case "PAID":
      return { kind: "order", state: "paid" };
    case "CANCELLED":
      return { kind: "order", state: "cancelled", again: "new" };
    case "EXPIRED":
      return { kind: "order", ...expired(order.payment) };
    case "REJECTED":
      return { kind: "order", state: "rejected", again: "new" };
    case "REFUND_PENDING":
      return { kind: "order", state: "refunding" };
    case "REFUNDED":
      return { kind: "order", state: "refunded" };
    case "REFUSED":
      return { kind: "refused", code: order.code ?? "NOTHING", again: "new" };
    default:
      return null;
  }
}

// Money may come after the time to pay: whether it buys something still is seen a moment later.
function expired(payment) {
  if (payment === "CREATED") return { state: "expired", again: "new", open: true };
  if (payment === "LATE") return { state: "late", open: true };
  if (payment === "REFUND_DUE") return { state: "too-late", again: "new", open: true };
  if (payment === "REFUNDED") return { state: "given-back", again: "new" };
  return { state: "expired", again: "new" };
}

/** Refusals that /why says more about; what is wrong with the page itself is not among them. */
const OURS = new Set(["NOTHING", "BAD_REQUEST", "TOO_LARGE", "METHOD_NOT_ALLOWED"]);
export const REASONS = new Set(Object.keys(REFUSALS).filter((code) => !OURS.has(code)));

export function refusal(code) {
  return REFUSALS[code] ?? { tone: "bad", again: "same" };
}

/** Where the sale of an item stands at a time of the server: coming, live, paused, reserved, sold or over. */
export function phase(item, now) {
  if (item.state === "ENDED" || now >= item.closes) return "over";
  if (now < item.opens) return "coming";
  if (item.state === "PAUSED") return "paused";
  if (item.soldOut) return "sold";
  if (item.allReserved) return "reserved";
  return "live";
}

/** How long to wait before try number `tried` + 1: what the server asked for or twice as long each time, up to 8 s, spread by
 *  half so that a crowd does not come back in step. */
export function backoff(tried, askedMs, random = Math.random) {
  const base = Math.max(askedMs ?? 0, Math.min(8000, 500 * 2 ** tried));
  return Math.round(base * (1 + random() / 2));
}
