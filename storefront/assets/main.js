// The page: asks the edge what is on sale, keeps the server's clock, and shows both.

import * as api from "./api.js";
import { Card } from "./card.js";
import { ServerClock } from "./clock.js";
import { Purchase } from "./purchase.js";
import { LANGUAGES, preferred, remember, say } from "./words.js";

const POLL_MS = 1000; // while something is on sale or about to be: what the edge says is as old as that itself
const IDLE_POLL_MS = 5000;
const SOON_MS = 60_000;
const RENDER_MS = 200;
const MISSED = 3; // polls in a row before the page says that it is cut off
const OVER_SHOWN = 6;

const clock = new ServerClock();
const cards = new Map();
const $ = (id) => document.getElementById(id);
const lists = Object.fromEntries(["live", "coming", "over"].map((name) => [name, $(name).querySelector("ul")]));

let language = preferred();
let heard = false;
let missed = 0;
let timer = 0;

function speak(chosen) {
  language = chosen;
  const words = say(language);
  document.documentElement.lang = LANGUAGES[language];
  document.title = words("title");
  for (const target of document.querySelectorAll("[data-word]")) target.textContent = words(target.dataset.word);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  render();
}

function cardOf(promo, item) {
  const key = `${promo.id}.${item.sku}`;
  let entry = cards.get(key);
  if (!entry) {
    const card = new Card(
      promo,
      item,
      (how) => void purchase.press(how),
      () => void purchase.pay(),
    );
    const purchase = new Purchase(promo.id, item.sku, clock, (state) => {
      card.show(state);
      render();
    });
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
  for (const [key, { card }] of cards) {
    if (seen.has(key)) continue;
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
  for (const entry of order.live) entry.rank ??= RANK[entry.card.phase];
  order.live.sort((a, b) => a.rank - b.rank || a.closes - b.closes);
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
  $("empty").hidden = cards.size > 0 || !heard;
}

function render() {
  const now = clock.now();
  for (const { card } of cards.values()) card.render(now, language);
  arrange();
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
  const answer = await api.promos();
  if (answer?.status === 200 && Array.isArray(answer.body?.promos)) {
    clock.heard(answer.body.now, marked);
    missed = 0;
    take(answer.body);
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

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    remember(button.dataset.language);
    speak(button.dataset.language);
  });
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

speak(language);
setInterval(render, RENDER_MS);
void poll();
