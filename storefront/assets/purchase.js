// One purchase, from the press to an order in the books. Tells `show` each state it is in; never throws, never gives up
// silently, and never sends another request key while the outcome of one is open.

import * as api from "./api.js";
import { listen, news, newsOr } from "./events.js";
import * as intents from "./intent.js";
import { epoch } from "./format.js";
import { DECIDED, backoff, ofBuy, ofOrder } from "./outcome.js";
import { NOBODY, account, openDemo, owner, renew, whoever } from "./session.js";

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
  #stopped = false;
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
    } else if (intent.sent && Date.now() - intent.sentAt < RESUMED_MS) {
      // Sent and never answered: the same key again finds out. A wish from long ago is asked for by another press alone, by its key.
      void this.press({ resumed: true });
    }
  }

  /** Its card is no longer there. */
  stop() {
    this.#stopped = true;
    this.#following = null;
  }

  /** The shopper wants it. Pressing again while that is under way changes nothing. */
  async press({ fresh = false, resumed = false } = {}) {
    if (this.#running) return;
    this.#running = true;
    try {
      // A wish that may have been granted is found out about before there is another.
      if (fresh && !intents.recall(this.#promoId, this.#sku)?.open) intents.forget(this.#promoId, this.#sku);
      await this.#send(resumed);
    } finally {
      this.#running = false;
    }
  }

  /** On to the provider's page. What comes of it is seen by following the order. */
  async pay() {
    const orderID = intents.recall(this.#promoId, this.#sku)?.orderID;
    if (!orderID || this.#paying === "asking") return;
    this.#payingIs("asking");
    let answer = await api.pay(orderID);
    if (answer?.status === 401) {
      const renewed = await renew();
      if (renewed === "yes") answer = await api.pay(orderID);
      if (renewed === "no") return this.#signedOut();
    }
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

  async #send(resumed) {
    this.#following = null; // what is said from here on is about this wish
    let whose = owner();
    const intent = intents.update(this.#promoId, this.#sku, { sent: true, sentAt: Date.now() });
    const keep = (change) => intents.update(this.#promoId, this.#sku, change, whose);
    let open = intent.open === true;
    let sessionAsked = false;
    this.#tell({ state: "sending" });
    for (let tried = 0; ; tried++) {
      // By another's session it would be another's wish.
      if (owner() !== whose) return this.#signedOut();
      const outcome = ofBuy(await api.buy(this.#sku, 1, intent.requestID, whose === NOBODY ? undefined : whose));
      if (this.#stopped) return;
      if (outcome.kind === "order") {
        keep({ orderID: outcome.orderID, payBefore: epoch(outcome.payBefore), open: false });
        if (owner() !== whose) return this.#signedOut();
        this.#tell({ state: outcome.state });
        void this.#follow(outcome.orderID);
        return;
      }
      if (outcome.kind === "refused") {
        if (open && DECIDED.has(outcome.code)) keep({ open: (open = false) });
        this.#refuse(outcome, open);
        return;
      }
      if (outcome.kind === "session") {
        const opened = sessionAsked ? "no" : await this.#openSession(resumed);
        sessionAsked = true;
        if (opened === "yes") {
          whose = owner();
          continue;
        }
        if (opened === "other") return this.#signedOut();
        if (opened === "no") {
          if (!open) intents.update(this.#promoId, this.#sku, { sent: false }, whose);
          this.#tell({ state: resumed ? "idle" : "login" });
          return;
        }
        sessionAsked = false; // the server did not say; that counts as a try
      }
      const code = outcome.code ?? "NO_ANSWER";
      if (code === "NO_ANSWER" && outcome.kind !== "session" && !open) keep({ open: (open = true) });
      if (tried + 1 >= MAX_TRIES) {
        // Where one try had no answer, the wish may have been granted, whatever the others heard: a reload asks again.
        if (!open) keep({ sent: false });
        this.#tell({ state: "refused", code: open ? "NO_ANSWER" : code, again: "same" });
        return;
      }
      const pause = backoff(tried, outcome.waitMs);
      this.#tell({ state: "retrying", code, until: this.#clock.now() + pause });
      await wait(pause);
    }
  }

  /**
   * Whoever has logged in is never made somebody else; who has not is a demo's buyer, where there is one and the shopper has pressed.
   */
  async #openSession(resumed) {
    this.#tell({ state: "waiting-session" });
    const known = account() !== null;
    const whose = owner();
    const renewed = await renew(); // where nothing can be kept, this is how a login is found
    if (renewed === "no" && !known && !resumed) {
      const opened = await openDemo();
      if (opened === "yes") intents.inherit(this.#promoId, this.#sku, whose);
      return opened;
    }
    if (renewed === "yes" && whose === NOBODY) intents.inherit(this.#promoId, this.#sku, whose);
    else if (renewed === "yes" && owner() !== whose) return "other";
    return renewed;
  }

  /** The order stays its owner's, who finds it here after logging in again. */
  #signedOut() {
    this.#following = null;
    this.#paying = "no";
    this.#tell({ state: "signed-out" });
  }

  async #follow(orderID) {
    if (this.#following === orderID) return;
    this.#following = orderID;
    const stop = listen();
    try {
      await this.#look(orderID);
    } finally {
      stop();
    }
  }

  async #look(orderID) {
    let whose = owner();
    let seen = null;
    let calm = false; // the last look was answered, by the books, and nothing is under way but by them
    let heard = news();
    for (let asked = 0; this.#following === orderID; asked++) {
      const settled = seen && seen !== "reserved" && seen !== "pending";
      // Soon after a purchase asking is faster than events, which come by turns.
      await (asked < FOLLOW_MS.length && !settled ? wait(FOLLOW_MS[asked]) : newsOr(settled ? WATCH_MS : 2000, heard, calm));
      if (this.#following !== orderID) return;
      calm = false;
      if (owner() !== whose) return this.#signedOut();
      if (document.hidden && seen === "placed") continue;
      heard = news();
      const answer = await api.order(orderID);
      if (this.#following !== orderID) return;
      if (answer?.status === 404) {
        const asked = await whoever();
        if (this.#following !== orderID) return;
        if (asked === undefined) continue;
        // To whoever has logged in here meanwhile it is no order, and to its owner it may be one.
        if (asked !== whose) return this.#signedOut();
        // Final: neither the books nor the stock knows it, so nothing was taken.
        this.#refuse({ code: "NOTHING", again: "new" });
        return;
      }
      if (answer?.status === 401) {
        const renewed = await renew();
        if (this.#following !== orderID) return;
        if (renewed === "no") return this.#signedOut();
        // A browser that forgot who it is, and not its cookie, has just heard.
        if (renewed === "yes" && whose === NOBODY) {
          intents.inherit(this.#promoId, this.#sku, whose);
          whose = owner();
        }
        continue;
      }
      const outcome = answer?.status === 200 && answer.body ? ofOrder(answer.body) : null;
      if (!outcome) continue;
      if (outcome.kind === "refused") {
        this.#refuse(outcome);
        return;
      }
      calm = !["reserved", "pending"].includes(outcome.state) && !outcome.open;
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

  #refuse({ code, again, waitMs = null }, open = false) {
    this.#following = null;
    if (again === "new" && !open) intents.forget(this.#promoId, this.#sku);
    else if (!open) intents.update(this.#promoId, this.#sku, { sent: false });
    this.#tell({ state: "refused", code, again, until: waitMs === null ? null : this.#clock.now() + waitMs });
  }

  #tell(state) {
    if (this.#stopped) return;
    this.#last = state;
    const intent = intents.recall(this.#promoId, this.#sku);
    this.#show({ orderID: intent?.orderID ?? null, payBefore: intent?.payBefore ?? null, paying: this.#paying, ...state });
  }
}
