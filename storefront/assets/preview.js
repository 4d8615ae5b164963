// A promo before it is on sale, as its page will show it, in each state that it may be in. Buying is pretended here: none of it is asked of
// the shop. No link leads anywhere while the bar is there.

import * as api from "./api.js";
import { moment } from "./format.js";
import { LANGUAGES } from "./words.js";

const FRESH_MS = 30_000; // a link may be withdrawn while somebody looks
const STEADY_MS = 50 * 60_000; // what was chosen still holds so long
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STATES = ["coming", "starting", "live", "low", "reserved", "sold", "paused", "over"];
const OUTCOMES = ["placed", "paid", "pending", "LIMIT_REACHED", "NOT_ELIGIBLE", "ALL_RESERVED", "THROTTLED", "BUSY", "NO_ANSWER", "expired"];

const WORDS = {
  en: {
    title: "Preview",
    colon: ":",
    says: "Nothing can be bought here. This link ends {moment}.",
    ended: "This link opens nothing any more.",
    as: "The sale is",
    outcome: "A press ends as",
    coming: "not open yet", starting: "about to open", live: "open", low: "nearly sold out", reserved: "all reserved", sold: "sold out",
    paused: "paused", over: "over",
    placed: "reserved", paid: "paid", pending: "not known yet", LIMIT_REACHED: "the limit is reached", NOT_ELIGIBLE: "not eligible",
    ALL_RESERVED: "all reserved", THROTTLED: "too many tries", BUSY: "busy, tries again", NO_ANSWER: "no answer came", expired: "not paid in time",
  },
  zh: {
    title: "预览",
    colon: "：",
    says: "这里什么也买不到。此链接在 {moment} 失效。",
    ended: "此链接已失效。",
    as: "活动状态",
    outcome: "点击购买的结果",
    coming: "尚未开始", starting: "即将开始", live: "进行中", low: "即将售罄", reserved: "全部被预留", sold: "已售罄",
    paused: "已暂停", over: "已结束",
    placed: "预留成功", paid: "已支付", pending: "结果未知", LIMIT_REACHED: "已达限购", NOT_ELIGIBLE: "没有资格",
    ALL_RESERVED: "全部被预留", THROTTLED: "操作过于频繁", BUSY: "繁忙，自动重试", NO_ANSWER: "没有回应", expired: "超时未付",
  },
};

let told = null; // {now, ends, promo}
let toldAt = 0;
let triedAt = -Infinity;
let ended = false;
let since = null; // the server's time at which the state was chosen
let language = "en";
let asked = () => {};
const parts = {};

const chosen = (list, fallback) => {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const value = wanted.get(list === STATES ? "as" : "press");
  return list.includes(value) ? value : fallback;
};
let as = chosen(STATES, "live");
let outcome = chosen(OUTCOMES, "placed");

const put = (target, text) => {
  if (target.textContent !== text) target.textContent = text;
};

const now = () => told.now + (performance.now() - toldAt);

/** An item as it would be told of in the chosen state. */
function shaped(item) {
  const part = (share) => Math.max(1, Math.round(item.published * share));
  const open = { opens: since - 10 * MINUTE, closes: since + HOUR, state: "LIVE", soldOut: false, allReserved: false };
  const left = (available, held) => ({ available, held, sold: item.published - available - held });
  switch (as) {
    case "coming":
      return { ...item, ...open, ...left(item.published, 0), opens: Math.max(item.opens, since + HOUR), closes: Math.max(item.closes, since + 2 * HOUR) };
    case "starting":
      return { ...item, ...open, ...left(item.published, 0), opens: since + MINUTE };
    case "low":
      return { ...item, ...open, ...left(Math.min(part(0.05), item.published), 0) };
    case "reserved":
      return { ...item, ...open, ...left(0, Math.min(part(0.1), item.published)), allReserved: true };
    case "sold":
      return { ...item, ...open, ...left(0, 0), soldOut: true };
    case "paused":
      return { ...item, ...open, ...left(part(0.5), 0), state: "PAUSED" };
    case "over":
      return { ...item, ...open, ...left(part(0.2), 0), state: "ENDED", closes: since - MINUTE };
    default:
      return { ...item, ...open, ...left(item.published, 0) };
  }
}

/** As GET /api/promos is answered, with the one promo. */
export async function ask(token) {
  if (!ended && (!told || performance.now() - triedAt > FRESH_MS)) {
    const answer = await api.preview(token);
    triedAt = performance.now();
    if (answer?.status === 404) {
      ended = true;
    } else if (answer?.status === 200 && answer.body?.promo) {
      // What has not changed stays the same object, and what is shown of it untouched.
      const same = told && JSON.stringify(told.promo) === JSON.stringify(answer.body.promo);
      told = same ? { ...answer.body, promo: told.promo } : answer.body;
      toldAt = triedAt;
      speak(language);
    } else if (!told) {
      return answer;
    }
  }
  if (ended || now() >= told.ends) return end();
  if (since === null || now() - since > STEADY_MS) since = now();
  const { promo } = told;
  return { status: 200, body: { now: now(), promos: [{ ...promo, items: promo.items.map(shaped) }] } };
}

function end() {
  ended = true;
  for (const { label } of [parts.as, parts.outcome]) label.hidden = true;
  document.getElementById("gone-log-in").hidden = true;
  speak(language);
  return { status: 200, body: { promos: [], gone: true } };
}

function choice(name, list, value, take) {
  const label = document.createElement("label");
  const text = document.createElement("span");
  const select = document.createElement("select");
  select.dataset.testid = `preview-${name}`;
  for (const each of list) {
    const option = document.createElement("option");
    option.value = each;
    option.selected = each === value;
    select.append(option);
  }
  select.addEventListener("change", () => take(select.value));
  label.append(text, " ", select);
  return { label, text, select };
}

/** Puts the choices above the page. @param poll has it shown anew */
export function begin(poll) {
  asked = poll;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("./preview.css", import.meta.url).href;
  const robots = document.createElement("meta");
  robots.name = "robots";
  robots.content = "noindex";
  document.head.append(style, robots);
  parts.bar = document.createElement("section");
  parts.bar.className = "preview";
  parts.bar.dataset.testid = "preview";
  const line = document.createElement("p");
  parts.title = document.createElement("strong");
  parts.says = document.createElement("span");
  line.append(parts.title, " ", parts.says);
  parts.as = choice("state", STATES, as, (value) => {
    as = value;
    since = told ? now() : null;
    keep();
  });
  parts.outcome = choice("outcome", OUTCOMES, outcome, (value) => {
    outcome = value;
    keep();
  });
  parts.bar.append(line, parts.as.label, parts.outcome.label);
  document.querySelector("main").before(parts.bar);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (link && !ended && !link.classList.contains("skip")) event.preventDefault();
  });
  speak(language);
}

function keep() {
  history.replaceState(null, "", `#as=${as}&press=${outcome}`);
  for (const pretence of pretences) pretence.forget();
  asked();
}

export function speak(chosenLanguage) {
  language = chosenLanguage;
  if (!parts.bar) return;
  const words = WORDS[language] ?? WORDS.en;
  parts.bar.setAttribute("aria-label", words.title);
  const ends = told ? moment(told.ends, LANGUAGES[language]) : "…";
  put(parts.title, `${words.title}${words.colon}`);
  put(parts.says, ended ? words.ended : words.says.replace("{moment}", ends));
  for (const [name, list] of [["as", STATES], ["outcome", OUTCOMES]]) {
    put(parts[name].text, words[name]);
    list.forEach((each, at) => put(parts[name].select.options[at], words[each]));
  }
}

const pretences = new Set();

/** In the place of a Purchase: ends as was chosen. */
export class Pretence {
  #item;
  #clock;
  #show;
  #timer = 0;

  constructor(item, clock, show) {
    this.#item = item;
    this.#clock = clock;
    this.#show = show;
    pretences.add(this);
  }

  #tell(state) {
    this.#show({ orderID: null, payBefore: null, paying: "no", ...state });
  }

  resume() {}

  returned() {}

  stop() {
    this.forget();
    pretences.delete(this);
  }

  forget() {
    clearTimeout(this.#timer);
    this.#tell({ state: "idle" });
  }

  press() {
    this.#tell({ state: "sending" });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), 500);
  }

  #end() {
    const order = { orderID: "preview", payBefore: this.#clock.now() + this.#item.holdMs };
    if (outcome === "placed" || outcome === "pending") this.#tell({ state: outcome, ...order });
    else if (outcome === "paid" || outcome === "expired") this.#tell({ state: outcome, ...order, payBefore: null, again: "new" });
    else if (outcome === "THROTTLED" || outcome === "BUSY") this.#tell({ state: "retrying", code: outcome, until: this.#clock.now() + 5000 });
    else this.#tell({ state: "refused", code: outcome, again: outcome === "LIMIT_REACHED" || outcome === "NOT_ELIGIBLE" ? "no" : "same" });
  }

  pay() {
    this.#tell({ state: "paid", orderID: "preview", again: "new" });
  }
}
