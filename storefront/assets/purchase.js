// One purchase, from the press to an order in the books. Tells `show` each state it is in; never throws, never gives up
// silently, and never sends another request key while the outcome of one is open.

import * as api from "./api.js";
import * as intents from "./intent.js";
import { epoch } from "./format.js";
import { backoff, ofBuy, ofOrder } from "./outcome.js";

const MAX_TRIES = 6; // some 20 s of trying by itself; then the shopper says whether to go on
const FOLLOW_MS = [300, 500, 700, 1000, 1500, 2000]; // then every 2 s until the order is in the books
const RESUMED_MS = 10 * 60_000;
const WATCH_MS = 5000; // afterwards, to see it paid, cancelled or expired
const ENDED = new Set(["paid", "cancelled", "expired", "rejected", "refunding", "refunded", "too-late", "given-back"]);

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Purchase {
  #promoId;
  #sku;
  #show;
  #clock;
  #running = false;
  #following = null;
  #last = { state: "idle" };
  #paying = "no"; // or "asking", "leaving", or the code of why not

  constructor(promoId, sku, clock, show) {
    this.#promoId = promoId;
    this.#sku = sku;
    this.#clock = clock;
    this.#show = show;
  }

  /** After a reload: goes on with what was begun. */
  resume() {
    const intent = intents.recall(this.#promoId, this.#sku);
    if (!intent) return;
    if (intent.orderID) {
      this.#tell({ state: intent.payBefore ? "reserved" : "pending" });
      void this.#follow(intent.orderID);
    } else if (intent.sent) {
      // Sent and never answered: the same key again finds out. A wish from long ago is nobody's wish any more.
      if (Date.now() - intent.at < RESUMED_MS) void this.press();
      else intents.forget(this.#promoId, this.#sku);
    }
  }

  /** The shopper wants it. Pressing again while that is under way changes nothing. */
  async press({ fresh = false } = {}) {
    if (this.#running) return;
    this.#running = true;
    try {
      if (fresh) intents.forget(this.#promoId, this.#sku);
      await this.#send();
    } finally {
      this.#running = false;
    }
  }

  /** On to the provider's page. What comes of it is seen by following the order. */
  async pay() {
    const orderID = intents.recall(this.#promoId, this.#sku)?.orderID;
    if (!orderID || this.#paying === "asking") return;
    this.#payingIs("asking");
    const answer = await api.pay(orderID);
    const url = answer?.status === 200 ? answer.body?.payURL : null;
    const paidAlready = answer?.body?.code === "NOT_PAYABLE" && answer.body.state === "PAID";
    this.#payingIs(url ? "leaving" : paidAlready ? "no" : (answer?.body?.code ?? "NO_ANSWER"));
    if (url) window.location.assign(url);
  }

  /** Back by the browser's own button: the page may be as it was left. */
  returned() {
    if (this.#paying === "leaving") this.#payingIs("no");
  }

  #payingIs(paying) {
    this.#paying = paying;
    this.#tell(this.#last);
  }

  async #send() {
    const intent = intents.update(this.#promoId, this.#sku, { sent: true });
    let sessionAsked = false;
    this.#tell({ state: "sending" });
    for (let tried = 0; ; tried++) {
      const outcome = ofBuy(await api.buy(this.#sku, 1, intent.requestID));
      if (outcome.kind === "order") {
        intents.update(this.#promoId, this.#sku, { orderID: outcome.orderID, payBefore: epoch(outcome.payBefore) });
        this.#tell({ state: outcome.state });
        void this.#follow(outcome.orderID);
        return;
      }
      if (outcome.kind === "refused") {
        this.#refuse(outcome);
        return;
      }
      if (outcome.kind === "session") {
        const opened = sessionAsked ? "no" : await this.#openSession();
        sessionAsked = true;
        if (opened === "yes") continue;
        if (opened === "no") {
          intents.update(this.#promoId, this.#sku, { sent: false });
          this.#tell({ state: "login" });
          return;
        }
        sessionAsked = false; // the server did not say; that counts as a try
      }
      const code = outcome.code ?? "NO_ANSWER";
      if (tried + 1 >= MAX_TRIES) {
        // Without any answer the wish may have been granted: it stays "sent", and a reload asks again.
        if (code !== "NO_ANSWER") intents.update(this.#promoId, this.#sku, { sent: false });
        this.#tell({ state: "refused", code, again: "same" });
        return;
      }
      const pause = backoff(tried, outcome.waitMs);
      this.#tell({ state: "retrying", code, until: this.#clock.now() + pause });
      await wait(pause);
    }
  }

  async #openSession() {
    this.#tell({ state: "waiting-session" });
    const answer = await api.demoSession();
    if (answer?.status === 200) return "yes";
    return answer?.status === 404 ? "no" : "unknown";
  }

  async #follow(orderID) {
    if (this.#following === orderID) return;
    this.#following = orderID;
    let seen = null;
    for (let asked = 0; this.#following === orderID; asked++) {
      await wait(seen && seen !== "reserved" && seen !== "pending" ? WATCH_MS : (FOLLOW_MS[asked] ?? 2000));
      if (document.hidden && seen === "placed") continue;
      const answer = await api.order(orderID);
      if (answer?.status === 404) {
        // Final: neither the books nor the stock knows it, so nothing was taken.
        this.#refuse({ code: "NOTHING", again: "new" });
        return;
      }
      if (answer?.status === 401) {
        intents.forget(this.#promoId, this.#sku);
        this.#following = null;
        this.#tell({ state: "signed-out" });
        return;
      }
      const outcome = answer?.status === 200 && answer.body ? ofOrder(answer.body) : null;
      if (!outcome) continue;
      if (outcome.kind === "refused") {
        this.#refuse(outcome);
        return;
      }
      const payBefore = epoch(answer.body.payBefore);
      if (payBefore) intents.update(this.#promoId, this.#sku, { payBefore });
      if (outcome.state !== seen || payBefore) {
        seen = outcome.state;
        this.#tell({ state: outcome.state, again: outcome.again });
      }
      if (ENDED.has(outcome.state) && !outcome.open) break;
    }
    if (this.#following === orderID) this.#following = null;
  }

  #refuse({ code, again }) {
    this.#following = null;
    if (again === "new") intents.forget(this.#promoId, this.#sku);
    else intents.update(this.#promoId, this.#sku, { sent: false });
    this.#tell({ state: "refused", code, again });
  }

  #tell(state) {
    this.#last = state;
    const intent = intents.recall(this.#promoId, this.#sku);
    this.#show({ orderID: intent?.orderID ?? null, payBefore: intent?.payBefore ?? null, paying: this.#paying, ...state });
  }
}
