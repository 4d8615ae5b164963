// Who is logged in, as far as a page can know: the session itself is a cookie that no script sees. What is kept here is what the header
// shows, whose wishes are whose, and when the token wants to be renewed. All times are spans that the server told, by this device's clock
// alone, which may be wrong.

import * as api from "./api.js";

const KEY = "flashsale.account";
const DEMO = "flashsale.demo";
const CHANGED = "flashsale-account"; // an event of this page's window
const EARLY_MS = 5 * 60_000; // renewed this long before its time is over, and up to twice as long
const LEAST_MS = 60_000; // from one renewal to the next

const memory = new Map();

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function read(key) {
  try {
    return JSON.parse(storage()?.getItem(key) ?? memory.get(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key, kept) {
  memory.delete(key);
  if (kept) memory.set(key, JSON.stringify(kept));
  try {
    if (kept) storage()?.setItem(key, JSON.stringify(kept));
    else storage()?.removeItem(key);
  } catch {
    // Full or forbidden: memory has it for as long as the page is open.
  }
}

/** {userID, phone, until} or null; `until` by this device's clock. */
export function account() {
  const kept = read(KEY);
  return kept && typeof kept.phone === "string" && typeof kept.userID === "string" && Number.isFinite(kept.until) ? kept : null;
}

/** Whose wishes this browser keeps at present: of an account, of a demo's buyer, or of nobody yet. */
export const NOBODY = "nobody";
export const owner = () => account()?.userID ?? read(DEMO)?.userID ?? NOBODY;

function heard(body) {
  const seconds = body.expiresInSeconds ?? 600; // of a backend that does not say
  write(KEY, { userID: body.userID, phone: body.phone, until: Date.now() + seconds * 1000 });
  write(DEMO, null);
  window.dispatchEvent(new Event(CHANGED));
}

export const loggedIn = heard;

/** "yes": there is a new token; "no": the session has ended; "unknown": nobody said. */
export async function renew() {
  const answer = await api.renewSession();
  if (answer?.status === 200 && answer.body?.phone) {
    heard(answer.body);
    return "yes";
  }
  if (answer?.status !== 401) return "unknown";
  write(KEY, null);
  window.dispatchEvent(new Event(CHANGED));
  return "no";
}

let opening = null;

/** A fresh buyer of a demo, where there is one, whoever asks at the same time: "yes", "no", or "unknown". */
export function openDemo() {
  opening ??= api.demoSession().then((answer) => {
    opening = null;
    if (answer?.status !== 200 || !answer.body?.userID) return answer?.status === 404 ? "no" : "unknown";
    write(DEMO, { userID: answer.body.userID });
    return "yes";
  });
  return opening;
}

/** Who the server takes this browser for: an id, null for nobody, undefined where it does not say. */
export async function whoever() {
  const answer = await api.session();
  if (answer?.status === 200 && answer.body?.userID) return answer.body.userID;
  return answer?.status === 401 ? null : undefined;
}

/** Whether it has ended, here and at every edge. This page says so only when it is loaded anew, which is the caller's. */
export async function logOut() {
  const answer = await api.logOut();
  if (answer?.status !== 204) return false;
  write(KEY, null);
  write(DEMO, null);
  return true;
}

/** While the page is open, each at another moment, so that a crowd does not renew at once. */
export function stayLoggedIn(least = Math.random() * 1000) {
  const kept = account();
  if (!kept) {
    if (!storage()) void renew(); // nothing can be kept here, so nobody else can tell the header
    return;
  }
  const due = kept.until - EARLY_MS * (1 + Math.random()) - Date.now();
  setTimeout(async () => {
    if ((await renew()) !== "no") stayLoggedIn(LEAST_MS);
  }, Math.min(Math.max(due, least), 24 * 3600 * 1000));
}

/**
 * Tells of changes: those of this page itself, which need no more than another header, and when another tab of this browser logs in or
 * out; a renewal is neither.
 */
export function onChange(here, elsewhere) {
  window.addEventListener(CHANGED, here);
  const mine = account()?.userID;
  window.addEventListener("storage", (event) => {
    // Of what is not there any more nothing is heard but that all is gone.
    if ((event.key === KEY || event.key === null) && account()?.userID !== mine) elsewhere();
  });
}

/** Where to after a login: a path of ours, whatever the address says. */
export function next(search = location.search, origin = location.origin) {
  const wanted = new URLSearchParams(search).get("next") ?? "/";
  try {
    const url = new URL(wanted, origin);
    // A path like /.//elsewhere is ours until it is read once more, as //elsewhere.
    const ours = wanted.startsWith("/") && url.origin === origin && !url.pathname.startsWith("//");
    return ours ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}

export const loginPath = () => `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
