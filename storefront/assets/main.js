// The sales: all of them, one promo's (also before it is on sale), or one item's, as the address says. Asks the edge, keeps the server's clock, and shows both.

import * as api from "./api.js";
import { Card } from "./card.js";
import { ServerClock } from "./clock.js";
import { header } from "./header.js";
import { Milestones } from "./milestones.js";
import { Purchase } from "./purchase.js";
import { loginPath, renew } from "./session.js";
import { say } from "./words.js";

const POLL_MS = 1000; // while something is on sale or about to be: what the edge says is as old as that itself
const IDLE_POLL_MS = 5000;
const SOON_MS = 60_000;
const RENDER_MS = 200;
const MISSED = 3; // polls in a row before the page says that it is cut off
const OVER_SHOWN = 6;
const ABOUT_AGAIN_MS = 30_000; // and up to twice as long

const [, ofPromo] = /^\/promo\/(\d+)$/.exec(location.pathname) ?? [];
const [, ofPreview] = /^\/preview\/([\w-]{43})$/.exec(location.pathname) ?? [];
const preview = ofPreview ? await import("./preview.js") : null;
const [, ofItem] = /^\/item\/([\w-]+)$/.exec(location.pathname) ?? [];
const clock = new ServerClock();
const cards = new Map();
const $ = (id) => document.getElementById(id);
const lists = Object.fromEntries(["live", "coming", "over"].map((name) => [name, $(name).querySelector("ul")]));

const milestones = new Milestones($("milestones"));

const about = { shows: null, again: 0, root: $("about") }; // what is said of the promo, on its page

let language = "en";
let heard = false;
let renewed = false;
let gone = false; // what the address names is not there, or not for who asks
let missed = 0;
let timer = 0;

function speak(chosen) {
  language = chosen;
  preview?.speak(language);
  about.root.onlanguage?.();
  render();
}

function title() {
  const shown = [...cards.values()].map(({ card }) => card);
  const name = ((ofPromo || preview) && shown[0]?.promoName(language)) || (ofItem && shown[0]?.itemName(language)) || "";
  const text = name ? `${name} · ${say(language)("title")}` : say(language)("title");
  if (document.title !== text) document.title = text;
  const heading = name || say(language)("heading");
  if ($("heading").textContent !== heading) $("heading").textContent = heading;
  $("heading").className = (ofPromo || preview) && name ? "promo-title" : "unseen";
}

/** What is said of the promo; the page is whole without it, and asks again for what did not come when a crowd has calmed down. */
async function tell(promo) {
  const text = promo?.text ?? null;
  if (!(ofPromo || preview) || about.shows === text || performance.now() < about.again) return;
  about.shows = text;
  try {
    const { hide, show } = await import("./about.js");
    if (text === null) hide(about.root);
    else await show(about.root, text, () => language);
  } catch {
    about.shows = undefined;
    about.again = performance.now() + ABOUT_AGAIN_MS * (1 + Math.random());
  }
}

/** What the address asks for, as the list of promos that the page shows. */
async function ask() {
  if (preview) return preview.ask(ofPreview);
  if (!ofPromo && !ofItem) return api.promos();
  const one = () => (ofPromo ? api.promo(ofPromo) : api.item(ofItem));
  let answer = await one();
  if (answer?.status === 404 && !renewed) {
    // It may be for some alone, and the token's time may be over.
    const again = await renew();
    renewed = again !== "unknown";
    if (again === "yes") answer = await one();
  }
  // What was shown and is no longer told of stays as it was: it may have an order.
  if (answer?.status === 404) return { status: 200, body: cards.size > 0 ? { kept: true } : { promos: [], gone: true } };
  if (answer?.status !== 200 || !answer.body) return answer;
  const { now, ...told } = answer.body;
  const promo = ofPromo ? told : { id: told.promoID, name: told.promoName, names: told.promoNames, items: [told] };
  return { status: 200, body: { now, promos: Array.isArray(promo.items) ? [promo] : [] } };
}

function cardOf(promo, item) {
  const key = `${promo.id}.${item.sku}`;
  let entry = cards.get(key);
  if (!entry) {
    const card = new Card(
      promo,
      item,
      { item: !ofItem, promo: !ofPromo && !preview },
      (how) => {
        if (card.wantsLogin) location.assign(loginPath());
        else void purchase.press(how);
      },
      () => void purchase.pay(),
    );
    const show = (state) => {
      card.show(state);
      render();
    };
    const purchase = preview ? new preview.Pretence(item, clock, show) : new Purchase(promo.id, item.sku, clock, show);
    entry = { card, purchase, key };
    cards.set(key, entry);
    purchase.resume();
  }
  entry.card.update(promo, item);
  entry.opens = item.opens;
  entry.closes = item.closes;
  return entry;
}

function sectionOf(phase) {
  if (phase === "over" || phase === "coming") return phase;
  return "live";
}

function take(body) {
  const seen = new Set();
  for (const promo of body.promos) {
    for (const item of promo.items) seen.add(cardOf(promo, item).key);
  }
  for (const [key, { card, purchase }] of cards) {
    if (seen.has(key)) continue;
    purchase.stop();
    card.root.remove();
    cards.delete(key);
  }
}

// What can be bought comes first, as things stood when the item first appeared: a card that sells out under someone's finger
// stays where it is.
const RANK = { live: 0, reserved: 1, paused: 2, sold: 3 };

// Cards move only when their section changes or others come and go, so focus and reading position stay.
function arrange() {
  const order = { live: [], coming: [], over: [] };
  for (const entry of cards.values()) order[sectionOf(entry.card.phase)].push(entry);
  for (const entry of order.live) {
    entry.rank ??= RANK[entry.card.phase];
    entry.place ??= entry.closes;
  }
  order.live.sort((a, b) => a.rank - b.rank || a.place - b.place);
  order.coming.sort((a, b) => a.opens - b.opens);
  order.over.sort((a, b) => b.closes - a.closes);
  for (const [name, entries] of Object.entries(order)) {
    entries.forEach(({ card }, at) => {
      card.root.hidden = name === "over" && at >= OVER_SHOWN;
      if (lists[name].children[at] !== card.root) {
        const focused = card.root.contains(document.activeElement) ? document.activeElement : null;
        lists[name].insertBefore(card.root, lists[name].children[at] ?? null);
        focused?.focus({ preventScroll: true });
      }
    });
    $(name).hidden = entries.length === 0;
  }
  $("empty").hidden = cards.size > 0 || !heard || gone;
  $("gone").hidden = !gone || cards.size > 0;
}

function render() {
  const now = clock.now();
  for (const { card } of cards.values()) card.render(now, language);
  arrange();
  title();
  if (clock.known) milestones.tell(cards.values(), now, language);
  const offline = missed >= MISSED ? say(language)("offline") : "";
  if ($("offline").textContent !== offline) $("offline").textContent = offline;
}

function pollAfter() {
  const now = clock.now();
  for (const { card, opens } of cards.values()) {
    const busy = sectionOf(card.phase) === "live" || (card.phase === "coming" && opens - now < SOON_MS);
    if (busy) return POLL_MS;
  }
  return IDLE_POLL_MS;
}

async function poll() {
  clearTimeout(timer);
  const marked = clock.mark();
  const answer = await ask();
  if (answer?.body?.kept) {
    missed = 0;
  } else if (answer?.status === 200 && Array.isArray(answer.body?.promos)) {
    clock.heard(answer.body.now, marked);
    missed = 0;
    gone = answer.body.gone === true;
    take(answer.body);
    void tell(answer.body.promos[0]);
    if (!heard) {
      heard = true;
      $("main").removeAttribute("aria-busy");
      $("skeleton").remove();
    }
  } else {
    missed++;
  }
  render();
  clearTimeout(timer);
  // Nobody looks at a hidden page; a failing edge is not asked faster than it can recover.
  if (!document.hidden) timer = setTimeout(poll, missed ? Math.min(8000, POLL_MS * 2 ** missed) : pollAfter());
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  clock.reset();
  void poll();
});
window.addEventListener("online", () => void poll());
window.addEventListener("pageshow", () => {
  for (const { purchase } of cards.values()) purchase.returned();
});

if (ofItem) $("main").dataset.shows = "item";
$("up").hidden = !ofPromo && !ofItem && !preview;
$("gone-log-in").href = loginPath();
header(speak);
preview?.begin(() => void poll());
setInterval(render, RENDER_MS);
void poll();
