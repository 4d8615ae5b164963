// The buyer's orders: all of them, or the one that the address names. Shows what the books say, with what can be done about it.

import * as api from "./api.js";
import { ServerClock } from "./clock.js";
import { listen, news, newsOr } from "./events.js";
import { duration, epoch, machineDuration, moment, money } from "./format.js";
import { header } from "./header.js";
import { Milestones } from "./milestones.js";
import { ofOrder } from "./outcome.js";
import { SENTENCES } from "./order-words.js";
import { loginPath, owner, renew } from "./session.js";
import { LANGUAGES, called, has, say } from "./words.js";

const OPEN_POLL_MS = 2000; // while something may change by itself soon
const CALM_POLL_MS = 10_000;
const MISSED = 2;
const MOVING = new Set(["pending", "reserved", "placed", "late", "refunding"]);
const TONES = { reserved: "good", placed: "good", paid: "good", late: "good", refunding: "good", refunded: "good" };

const [, one] = /^\/order\/([\w-]+)$/.exec(location.pathname) ?? [];
const clock = new ServerClock();
const rows = new Map(); // orderID -> Row
const named = new Map(); // SKU -> the item by that name, or { name: SKU }
const $ = (id) => document.getElementById(id);

const milestones = new Milestones($("milestones"));

let language = "en";
let state = "loading"; // loading, known, signedOut, unknown
let missed = 0;
let turns = 0; // of looks: the last one goes on
let stop = null; // ends listening for events
let paying = "no"; // of several: no, asking, or the code of why not

const words = (name, values = {}) => {
  const sentence = name.split(".").reduce((at, step) => at?.[step], SENTENCES[language]);
  return typeof sentence === "string" ? sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole) : name;
};

const problem = (code) => words(SENTENCES[language].problem[code] ? `problem.${code}` : "problem.other", { code });

function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

function put(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function set(target, name, value) {
  if (value === null) target.removeAttribute(name);
  else if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/** Asks again after a renewal where the token's time is over. @return the answer; its status is 401 where the session has ended */
async function asked(call) {
  const answer = await call();
  if (answer?.status !== 401) return answer;
  const renewed = await renew();
  return renewed === "yes" ? call() : renewed === "no" ? answer : null;
}

const whyNot = (answer) => answer?.body?.code ?? "NO_ANSWER";

let made = 0;

class Row {
  #order;
  #busy = "no"; // no, sure, giving, paying
  #problem = null;
  #parts = {};

  constructor(order) {
    this.#order = order;
    this.root = this.#build();
  }

  get order() {
    return this.#order;
  }

  get state() {
    return ofOrder(this.#order)?.state ?? ofOrder(this.#order)?.kind ?? "pending";
  }

  /** Whether all that may happen to it next is told by events. */
  get calm() {
    return !["reserved", "pending"].includes(this.state) && !ofOrder(this.#order)?.open;
  }

  get payable() {
    return this.#order.state === "PENDING_PAYMENT";
  }

  get item() {
    return { name: nameOf(this.#order.sku), opens: -Infinity };
  }

  get payBefore() {
    return this.payable ? epoch(this.#order.payBefore) : null;
  }

  get chosen() {
    return this.payable && this.#parts.choice.checked;
  }

  update(order) {
    this.#order = order;
  }

  #build() {
    const p = this.#parts;
    const id = `order-${++made}`;
    p.choice = element("input", { type: "checkbox", id: `${id}-choice`, "data-testid": "choose" });
    p.choice.addEventListener("change", () => {
      paying = "no";
      render();
    });
    p.choiceName = element("label", { for: `${id}-choice`, class: "unseen" });
    p.name = element("a", {});
    p.units = element("p", { class: "units", "data-testid": "units" });
    p.says = element("p", { class: "says", tabindex: "-1", "data-testid": "order-state", ...(one ? { role: "status" } : {}) });
    p.id = element("a", { href: `/order/${this.#order.orderID}`, "data-testid": "order-id" }, this.#order.orderID);
    p.idLabel = element("dt");
    p.boughtLabel = element("dt");
    p.bought = element("dd");
    p.untilLabel = element("dt");
    p.until = element("time", { class: "digits", role: "timer", "data-testid": "deadline" });
    p.untilCell = element("dd", {}, p.until);
    p.pay = element("button", { type: "button", class: "pay", "data-testid": "pay" });
    p.pay.addEventListener("click", () => void this.#pay());
    p.back = element("button", { type: "button", class: "second", "data-testid": "give-back" });
    p.back.addEventListener("click", () => void this.#giveBack());
    p.keep = element("button", { type: "button", class: "second", "data-testid": "keep" });
    p.keep.addEventListener("click", () => {
      p.back.focus();
      this.#is("no");
    });
    p.note = element("p", { class: "note", role: "status", "data-testid": "order-note" });
    p.acts = element("div", { class: "acts" }, p.pay, p.back, p.keep);
    return element(
      "li",
      { class: "owned", "data-testid": "order", "data-order": this.#order.orderID },
      element("div", { class: "owned-head" }, p.choice, p.choiceName, element("h2", {}, p.name), p.units),
      p.says,
      element(
        "dl",
        { class: "order" },
        p.untilLabel,
        p.untilCell,
        p.boughtLabel,
        p.bought,
        p.idLabel,
        element("dd", {}, p.id),
      ),
      p.acts,
      p.note,
    );
  }

  #is(busy, problemCode = null) {
    this.#busy = busy;
    this.#problem = problemCode;
    render();
  }

  async #pay() {
    if (this.#busy === "paying") return;
    this.#is("paying");
    const answer = await asked(() => api.pay(this.#order.orderID));
    if (answer?.status === 200 && answer.body?.payURL) {
      location.assign(answer.body.payURL);
      return;
    }
    this.#is("no", whyNot(answer));
    void look();
  }

  /** Asks once more before it does; the units may be another's at once. */
  async #giveBack() {
    if (this.#busy === "no") {
      this.#is("sure");
      return;
    }
    if (this.#busy !== "sure") return;
    this.#is("giving");
    const answer = await asked(() => api.giveBack(this.#order.orderID));
    const given = answer?.status === 200;
    // Its button goes, and who had it hears what became of it.
    if (given && this.root.contains(document.activeElement)) this.#parts.says.focus({ preventScroll: true });
    this.#is("no", given ? null : whyNot(answer));
    void look();
  }

  render(now, alone) {
    const p = this.#parts;
    const order = this.#order;
    const locale = LANGUAGES[language];
    const shop = say(language);
    const name = nameOf(order.sku) ?? words("one");
    set(this.root, "data-state", this.state);
    set(this.root, "data-tone", TONES[this.state] ?? "calm");
    p.choice.hidden = !this.payable || alone;
    p.choiceName.hidden = p.choice.hidden;
    put(p.choiceName, words("choose", { name }));
    put(p.name, name);
    set(p.name, "href", order.sku ? `/item/${order.sku}` : null);
    put(p.units, order.quantity ? words("units", { count: order.quantity, price: money(order.priceMinor, order.currency, locale) }) : "");
    const code = order.state === "REFUSED" ? `refused.${order.code ?? "NOTHING"}` : `state.${this.state}`;
    const refunded = order.refunded ? ` ${words("refunded", { count: order.refunded })}` : "";
    put(p.says, (has(language, code) ? shop(code) : shop("refused.other", { code: order.code })) + refunded);
    const payBefore = epoch(order.payBefore);
    const waits = payBefore !== null && (this.payable || order.state === "QUEUED");
    for (const part of [p.untilLabel, p.untilCell]) part.hidden = !waits;
    put(p.untilLabel, words("payWithin"));
    put(p.until, waits ? duration(payBefore - now, shop("day")) : "");
    if (waits) set(p.until, "datetime", machineDuration(payBefore - now));
    const bought = epoch(order.createdAt);
    for (const part of [p.boughtLabel, p.bought]) part.hidden = bought === null;
    put(p.boughtLabel, words("bought"));
    put(p.bought, bought === null ? "" : moment(bought, locale));
    put(p.idLabel, words("id"));

    p.acts.hidden = !this.payable;
    const price = this.payable ? money(order.priceMinor * order.quantity, order.currency, locale) : "";
    put(p.pay, this.#busy === "paying" ? shop("pay.going") : words("payAll", { price }));
    set(p.pay, "aria-disabled", this.#busy === "paying" ? "true" : null);
    p.pay.hidden = this.#busy === "sure" || this.#busy === "giving";
    put(p.back, words(this.#busy === "sure" ? "sure" : this.#busy === "giving" ? "goingBack" : "giveBack"));
    set(p.back, "data-sure", this.#busy === "sure" ? "" : null);
    p.keep.hidden = this.#busy !== "sure";
    put(p.keep, words("keep"));
    put(p.note, this.#problem ? problem(this.#problem) : "");
  }
}

function nameOf(sku) {
  const item = named.get(sku);
  return item ? called(item, language) : sku;
}

/** An item is named by the edge while anybody sells it; after that its SKU does. */
async function learnName(sku) {
  if (!sku || named.has(sku)) return;
  named.set(sku, { name: sku });
  const answer = await api.item(sku);
  if (answer?.status === 200 && answer.body?.name) named.set(sku, answer.body);
  else if (answer?.status !== 404) named.delete(sku);
  render();
}

function take(orders) {
  const list = $("orders");
  const seen = new Set();
  orders.forEach((order, at) => {
    seen.add(order.orderID);
    let row = rows.get(order.orderID);
    if (row) row.update(order);
    else rows.set(order.orderID, (row = new Row(order)));
    if (list.children[at] !== row.root) list.insertBefore(row.root, list.children[at] ?? null);
    void learnName(order.sku);
  });
  for (const [id, row] of rows) {
    if (seen.has(id)) continue;
    row.root.remove();
    rows.delete(id);
  }
}

function renderTogether(shown) {
  const chosen = shown.filter((row) => row.chosen).map((row) => row.order);
  const form = $("together");
  const failed = paying !== "no" && paying !== "asking";
  form.hidden = chosen.length < 2 && !failed;
  if (form.hidden) return;
  $("pay-together").hidden = chosen.length < 2;
  if (chosen.length < 2) {
    put($("chosen"), "");
    put($("together-note"), problem(paying));
    return;
  }
  const locale = LANGUAGES[language];
  const mixed = new Set(chosen.map((order) => order.currency)).size > 1;
  const sum = chosen.reduce((all, order) => all + order.priceMinor * order.quantity, 0);
  const price = money(sum, chosen[0].currency, locale);
  put($("chosen"), words("chosen", { count: chosen.length, price: mixed ? "—" : price }));
  put($("pay-together"), paying === "asking" ? say(language)("pay.going") : words("payAll", { price: mixed ? "" : price }));
  set($("pay-together"), "aria-disabled", mixed || paying === "asking" ? "true" : null);
  const why = mixed ? "MIXED_CURRENCIES" : failed ? paying : null;
  put($("together-note"), why ? problem(why) : "");
}

function render() {
  const now = clock.now();
  const shown = [...rows.values()];
  const payable = shown.filter((row) => row.payable).length;
  for (const row of shown) row.render(now, Boolean(one) || payable < 2);
  if (clock.known) milestones.tell(shown.map((row) => ({ card: row, key: row.order.orderID })), now, language);
  renderTogether(shown);
  const empty = state === "known" && shown.length === 0;
  const notice = state === "known" ? (empty ? "none" : null) : state;
  put($("notice"), notice ? words(notice) : "");
  $("log-in-first").hidden = state !== "signedOut";
  const offline = missed >= MISSED ? say(language)("offline") : "";
  put($("offline"), offline);
}

async function look() {
  turns++;
  const heard = news();
  const marked = clock.mark();
  const whose = owner();
  const answer = await asked(() => (one ? api.order(one) : api.cart()));
  if (whose !== owner() && answer?.status !== 401) return void look();
  if (answer?.status === 200 && answer.body) {
    clock.heard(epoch(answer.body.now), marked);
    state = "known";
    missed = 0;
    take(one ? [answer.body] : answer.body.orders);
  } else if (answer?.status === 401 || answer?.status === 404) {
    state = answer.status === 401 ? "signedOut" : "unknown";
    missed = 0;
    take([]);
  } else {
    missed++;
  }
  set($("main"), "aria-busy", state === "loading" ? "true" : null);
  render();
  if (document.hidden || state === "signedOut" || state === "unknown") return;
  const moving = [...rows.values()].some((row) => MOVING.has(row.state));
  const pause = missed ? Math.min(8000, 1000 * 2 ** missed) : moving || state === "loading" ? OPEN_POLL_MS : CALM_POLL_MS;
  const turn = ++turns;
  if (state === "known") stop ??= listen();
  const calm = missed === 0 && [...rows.values()].every((row) => row.calm);
  await newsOr(pause, heard, calm);
  // Somebody may have asked meanwhile, who asks on.
  if (turn === turns && !document.hidden) void look();
}

$("together").addEventListener("submit", async (event) => {
  event.preventDefault();
  if ($("pay-together").getAttribute("aria-disabled") === "true") return;
  const orderIDs = [...rows.values()].filter((row) => row.chosen).map((row) => row.order.orderID);
  paying = "asking";
  render();
  const answer = await asked(() => api.payCart(orderIDs));
  paying = answer?.status === 200 && answer.body?.payURL ? "no" : whyNot(answer);
  render();
  if (answer?.status === 200 && answer.body?.payURL) location.assign(answer.body.payURL);
  else void look();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  clock.reset();
  void look();
});
window.addEventListener("online", () => void look());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) void look();
});

$("log-in-here").href = loginPath();
header((chosen) => {
  language = chosen;
  put($("heading"), words(one ? "one" : "all"));
  document.title = `${words(one ? "one" : "all")} · ${say(language)("title")}`;
  if (one) {
    $("up").href = "/cart";
    put($("up"), words("all"));
  }
  render();
});
setInterval(render, 250);
void look();
