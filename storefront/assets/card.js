// One item on the page. Built once; afterwards only texts and attributes change, and only where they differ, so nothing jumps
// and a screen reader hears what is new.

import { coarse, duration, machineDuration, moment, money, moneyParts, span } from "./format.js";
import { motif } from "./motif.js";
import { phase, refusal } from "./outcome.js";
import { LANGUAGES, called, has, say } from "./words.js";
import { REASONS } from "./outcome.js";

const WORKING = new Set(["sending", "waiting-session", "retrying", "pending"]);
const OWNED = new Set(["reserved", "placed", "paid", "late", "refunding", "refunded"]);
// Refusals that the card itself outdates once it shows the item otherwise. A moment is left to the card, which may be behind the
// answer: what the edge says of stock is up to a second old, and so is what the page knows of that.
const PASSING = { NOT_STARTED: "coming", PAUSED: "paused", ALL_RESERVED: "reserved", SOLD_OUT: "sold" };
const CAUGHT_UP_MS = 3000;
const PHOTO_AGAIN_MS = 4000; // and four times as long after each try
const BAD = new Set(["rejected", "expired", "too-late", "given-back", "signed-out", "login"]);

function element(name, className, attributes = {}) {
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function put(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function set(target, name, value) {
  if (value === null) target.removeAttribute(name);
  else if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

let made = 0;

export class Card {
  #item;
  #promo;
  #language;
  #purchase = { state: "idle" };
  #shownAt = 0;
  #parts = {};
  #alone;

  /** @param links which of {item, promo} have a page of their own that this is not */
  constructor(promo, item, links, onPress, onPay) {
    this.#item = item;
    this.#promo = promo;
    this.#alone = !links.item;
    this.root = this.#build(links, onPress, onPay);
  }

  promoName(language) {
    return called(this.#promo, language);
  }

  itemName(language) {
    return called(this.#item, language);
  }

  get item() {
    return this.#item;
  }

  get payBefore() {
    return this.#parts.payRow[0].hidden ? null : this.#purchase.payBefore;
  }

  get phase() {
    return this.root.dataset.phase;
  }

  get wantsLogin() {
    return this.#purchase.state === "login";
  }

  update(promo, item) {
    this.#promo = promo;
    this.#item = item;
  }

  show(purchase) {
    this.#purchase = purchase;
    this.#shownAt = performance.now();
  }

  #build(links, onPress, onPay) {
    const id = `item-${++made}`;
    const p = this.#parts;
    const cell = element("li", "cell");
    const card = element("article", "card", { "aria-labelledby": `${id}-name`, "data-testid": "item", "data-sku": this.#item.sku });
    const picture = element("div", "motif");
    picture.append(motif(this.#item.sku));
    p.photo = null;
    p.tag = element("span", "tag", { "data-testid": "phase" });
    picture.append(p.tag);

    const body = element("div", "body");
    const promo = element("p", "promo", { "data-testid": "promo-name" });
    p.promo = links.promo ? element("a", "", { href: `/promo/${this.#promo.id}` }) : element("span", "");
    promo.append(p.promo);
    const name = element("h3", "name", { id: `${id}-name`, "data-testid": "item-name" });
    p.name = links.item ? element("a", "", { href: `/item/${this.#item.sku}` }) : element("span", "");
    name.append(p.name);
    p.price = element("p", "price", { "data-testid": "price" });

    const facts = element("div", "facts");
    p.meter = element("div", "meter", { "aria-hidden": "true" });
    p.fill = element("span", "fill");
    p.meter.append(p.fill);
    p.left = element("p", "left", { "data-testid": "remaining" });
    const timer = element("p", "timer");
    p.timerLabel = element("span", "timer-label");
    p.time = element("time", "digits", { "data-testid": "countdown", role: "timer" });
    timer.append(p.timerLabel, " ", p.time);
    facts.append(p.meter, p.left, timer);

    p.button = element("button", "buy", { type: "button", "data-testid": "buy", "aria-describedby": `${id}-outcome` });
    p.button.addEventListener("click", () => {
      if (p.button.getAttribute("aria-disabled") !== "true") onPress({ fresh: this.#purchase.again === "new" });
    });

    // Always there, empty or not: a region must exist before its text changes to be read out.
    p.outcome = element("div", "outcome", { tabindex: "-1" });
    p.message = element("p", "message", { id: `${id}-outcome`, role: "status", "aria-live": "polite", "data-testid": "outcome" });
    p.order = element("dl", "order", { "data-testid": "order", hidden: "" });
    p.orderLabel = element("dt", "");
    const orderID = element("dd", "", { "data-testid": "order-id" });
    p.orderID = element("a", "");
    orderID.append(p.orderID);
    p.payLabel = element("dt", "");
    const pay = element("dd", "");
    p.pay = element("time", "digits", { "data-testid": "deadline", role: "timer" });
    pay.append(p.pay);
    p.order.append(p.orderLabel, orderID, p.payLabel, pay);
    p.payRow = [p.payLabel, pay];
    p.toPay = element("button", "pay", { type: "button", "data-testid": "pay", hidden: "" });
    p.toPay.addEventListener("click", () => {
      if (p.toPay.getAttribute("aria-disabled") !== "true") onPay();
    });
    p.note = element("p", "note", { role: "status", "data-testid": "pay-note" });
    p.hint = element("p", "hint", { "data-testid": "hint" });
    p.why = element("a", "why", { "data-testid": "why", hidden: "" });
    p.outcome.append(p.message, p.why, p.order, p.toPay, p.note, p.hint);

    body.append(promo, name, p.price, facts, p.button, p.outcome);
    card.append(picture, body);
    cell.append(card);
    p.card = card;
    cell.dataset.phase = "";
    return cell;
  }

  /** Brings everything up to date for a time of the server. */
  render(now, language) {
    const words = say(language);
    const locale = LANGUAGES[language];
    const item = this.#item;
    const p = this.#parts;
    const current = phase(item, now);
    set(this.root, "data-phase", current);
    set(p.card, "data-phase", current);
    set(p.card, "data-state", this.#purchase.state);

    const name = called(item, language);
    const promoName = called(this.#promo, language);
    put(p.promo, promoName === name ? "" : promoName);
    put(p.name, name);
    this.#renderPrice(item, locale, language);
    put(p.tag, words(`tag.${current}`));
    this.#renderPhoto(item.image, language);
    this.#renderStock(item, current, words, locale);
    this.#renderTimer(item, current, now, words, locale);
    this.#renderButton(item, name, current, now, words, locale);
    this.#renderOutcome(current, now, words, language);
  }

  // Over what is drawn, which stays where the picture cannot be fetched.
  #renderPhoto(image, language) {
    const p = this.#parts;
    if ((p.photo?.dataset.path ?? "") !== (image?.path ?? "")) {
      p.photo?.remove();
      p.photo = null;
      if (image) {
        const file = (width) => `${image.path}-${width}.jpg`;
        const widest = image.widths[image.widths.length - 1];
        p.photo = element("img", "photo", {
          // First of all: what is not to be seen, or not yet, is not fetched.
          loading: "lazy",
          decoding: "async",
          "data-path": image.path,
          "data-testid": "photo",
          width: String(widest),
          height: String((widest * 3) / 4),
          sizes: `(max-width: 40rem) 100vw, ${this.#alone ? 40 : 24}rem`,
          srcset: image.widths.map((width) => `${file(width)} ${width}w`).join(", "),
          src: file(image.widths[0]),
        });
        const photo = p.photo;
        let again = PHOTO_AGAIN_MS;
        photo.addEventListener("load", () => photo.removeAttribute("data-broken"));
        photo.addEventListener("error", () => {
          photo.setAttribute("data-broken", "");
          if (again < PHOTO_AGAIN_MS * 16) setTimeout(() => { photo.srcset = `${photo.srcset} `; }, again);
          again *= 4;
        });
        p.tag.before(photo);
      }
    }
    if (p.photo) set(p.photo, "alt", image.alt[language] ?? "");
  }

  #renderPrice(item, locale, language) {
    const key = `${item.priceMinor} ${item.listPriceMinor} ${item.currency} ${language}`;
    if (this.#language === key) return;
    this.#language = key;
    const parts = moneyParts(item.priceMinor, item.currency, locale).map(({ kind, value }) => {
      const part = element("span", kind);
      part.textContent = value;
      return part;
    });
    if (item.listPriceMinor > item.priceMinor) {
      const label = element("span", "unseen");
      label.textContent = `${say(language)("listPrice")} `;
      const list = element("s", "list-price", { "data-testid": "list-price" });
      list.append(label, money(item.listPriceMinor, item.currency, locale));
      parts.push(" ", list);
    }
    this.#parts.price.replaceChildren(...parts);
  }

  #renderStock(item, current, words, locale) {
    const p = this.#parts;
    const count = (n) => n.toLocaleString(locale);
    let text;
    let share = item.published > 0 ? item.available / item.published : 0;
    if (current === "over") {
      text = item.soldOut ? words("none") : "\u00a0";
    } else if (current === "coming") {
      text = item.published > 0 ? words("stock", { count: count(item.published) }) : "\u00a0";
      share = 1;
    } else if (item.soldOut) {
      text = words("none");
      share = 0;
    } else if (item.allReserved) {
      text = words("allReserved");
      share = 0;
    } else if (item.available === null || item.available === undefined) {
      text = words("counting");
    } else {
      const left = coarse(item.available);
      text = left > 0 ? words("left", { count: count(left) }) : words("few");
    }
    put(p.left, text);
    // By the style object, which a strict policy allows; steps of 1 %, so that it does not twitch.
    const width = `${share > 0 ? Math.max(2, Math.round(share * 100)) : 0}%`;
    if (p.fill.style.inlineSize !== width) p.fill.style.inlineSize = width;
    set(p.meter, "data-low", share > 0 && share < 0.15 ? "" : null);
  }

  #renderTimer(item, current, now, words, locale) {
    const p = this.#parts;
    if (current === "over") {
      put(p.timerLabel, words("closed", { moment: moment(item.closes, locale) }));
      put(p.time, "");
      set(p.time, "datetime", new Date(item.closes).toISOString());
      return;
    }
    const until = (current === "coming" ? item.opens : item.closes) - now;
    put(p.timerLabel, words(current === "coming" ? "opensIn" : "endsIn"));
    put(p.time, duration(until, words("day")));
    set(p.time, "datetime", machineDuration(until));
  }

  #renderButton(item, itemName, current, now, words, locale) {
    const p = this.#parts;
    const { state, again, until } = this.#purchase;
    const owned = OWNED.has(state);
    const working = WORKING.has(state);
    let name = "buy";
    let enabled = current === "live" || current === "reserved";
    if (working) {
      name = state === "pending" ? "waiting" : "sending";
      enabled = false;
    } else if (state === "login") {
      name = "login";
    } else if (state === "refused" && (again === "no" || until > now)) {
      name = "closed";
      enabled = false;
    } else if (!enabled) {
      name = current;
    } else if (state === "refused" || current === "reserved") {
      name = "again";
    } else if (again === "new") {
      name = "another";
    }
    // A winner's lost answer is worth a press even where the sale is over: the same key finds the order.
    if (state === "refused" && this.#purchase.code === "NO_ANSWER") {
      name = "again";
      enabled = true;
    }
    if (owned && document.activeElement === p.button) p.outcome.focus({ preventScroll: true });
    p.button.hidden = owned;
    put(p.button, words(`button.${name}`));
    set(p.button, "aria-disabled", enabled ? null : "true");
    set(p.button, "aria-busy", working ? "true" : null);
    set(
      p.button,
      "aria-label",
      words("label", {
        button: words(`button.${name}`),
        name: itemName,
        price: money(item.priceMinor, item.currency, locale),
      }),
    );
  }

  #renderOutcome(current, now, words, language) {
    const p = this.#parts;
    const { state, code, orderID, payBefore } = this.#purchase;
    const ordered = orderID && !["idle", "refused", "signed-out", "login"].includes(state);
    put(p.message, this.#message(current, words, language));
    set(p.outcome, "data-tone", this.#tone(state, code));
    p.order.hidden = !ordered;
    put(p.orderLabel, words("orderID"));
    put(p.orderID, ordered ? orderID : "");
    set(p.orderID, "href", ordered ? `/order/${orderID}` : null);
    p.why.hidden = state !== "refused" || p.message.textContent === "" || !REASONS.has(code);
    put(p.why, words("why"));
    set(p.why, "href", p.why.hidden ? null : `/why#${code}`);
    const paying = ordered && payBefore && (state === "reserved" || state === "placed");
    for (const part of p.payRow) part.hidden = !paying;
    put(p.payLabel, words("payIn"));
    put(p.pay, paying ? duration(payBefore - now, words("day")) : "");
    if (paying) set(p.pay, "datetime", machineDuration(payBefore - now));
    this.#renderPay(paying, words, language);
    put(p.hint, this.#hint(current, words, LANGUAGES[language]));
  }

  #renderPay(payable, words, language) {
    const p = this.#parts;
    const { paying } = this.#purchase;
    const item = this.#item;
    const away = paying === "asking" || paying === "leaving";
    if (!payable && document.activeElement === p.toPay) p.outcome.focus({ preventScroll: true });
    p.toPay.hidden = !payable;
    put(p.toPay, words(away ? "pay.going" : "pay.button", { price: money(item.priceMinor, item.currency, LANGUAGES[language]) }));
    set(p.toPay, "aria-disabled", away ? "true" : null);
    set(p.toPay, "aria-busy", away ? "true" : null);
    let note = "";
    if (payable && paying !== "no" && !away) note = has(language, `unpaid.${paying}`) ? words(`unpaid.${paying}`) : words("unpaid.other");
    put(p.note, note);
  }

  // In the place of an answer until there is one.
  #hint(current, words, locale) {
    const { holdMs, opens } = this.#item;
    if (current === "over") return "";
    return words(`hint.${current}`, { hold: span(holdMs, locale), moment: moment(opens, locale) });
  }

  #message(current, words, language) {
    const { state, code, until } = this.#purchase;
    if (state === "idle") return "";
    if (state === "retrying") return words(`retrying.${code}`);
    if (state !== "refused") return words(`state.${state}`);
    const outdated = code in PASSING && PASSING[code] !== current;
    if (outdated && performance.now() - this.#shownAt > CAUGHT_UP_MS) return "";
    // By whole minutes, of which the last has ended.
    if (until) return words(`refusedUntil.${code}`, { moment: moment(Math.ceil(until / 60_000) * 60_000, LANGUAGES[language]) });
    return has(language, `refused.${code}`) ? words(`refused.${code}`) : words("refused.other", { code });
  }

  #tone(state, code) {
    if (OWNED.has(state)) return "good";
    if (state === "refused") return refusal(code).tone;
    return BAD.has(state) ? "bad" : "calm";
  }
}
