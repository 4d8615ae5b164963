// What the shopper wants, kept across refreshes: one request key per wish, so that pressing twice, reloading or a lost answer
// can never buy twice. Kept per buyer, promo and SKU: another's are there when that one is back. A page without storage keeps it for as
// long as it is open.

import { owner } from "./session.js";

const PREFIX = "flashsale.intent.";
const MAX_AGE_MS = 24 * 3600 * 1000; // holds are a day at most

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
    const text = storage()?.getItem(key) ?? memory.get(key);
    const intent = text ? JSON.parse(text) : null;
    return intent && typeof intent.requestID === "string" && Date.now() - (intent.sentAt ?? intent.at) < MAX_AGE_MS ? intent : null;
  } catch {
    return null;
  }
}

function write(key, intent) {
  const text = JSON.stringify(intent);
  memory.set(key, text);
  try {
    storage()?.setItem(key, text);
  } catch {
    // Full or forbidden: memory has it.
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

const keyOf = (promoId, sku, whose = owner()) => `${PREFIX}${whose}.${promoId}.${sku}`;

/**
 * The intent as it was left: {requestID, at, sent, sentAt?, open?, orderID?, payBefore?}, or null. `sent`: it is under way. `open`: a try of
 * it got no answer, so that it may have been granted; only an answer to its own key ends that.
 */
export function recall(promoId, sku, whose = owner()) {
  return read(keyOf(promoId, sku, whose));
}

/** The present intent, or a new one, with this change. */
export function update(promoId, sku, change, whose = owner()) {
  const intent = { ...(recall(promoId, sku, whose) ?? { requestID: newKey(), at: Date.now(), sent: false }), ...change };
  write(keyOf(promoId, sku, whose), intent);
  return intent;
}

export function forget(promoId, sku, whose = owner()) {
  const key = keyOf(promoId, sku, whose);
  memory.delete(key);
  try {
    storage()?.removeItem(key);
  } catch {
    // Nothing was kept then.
  }
}

/** What was somebody's is now the present buyer's, who had a session made for it. */
export function inherit(promoId, sku, whose) {
  const intent = read(keyOf(promoId, sku, whose));
  if (!intent || whose === owner()) return;
  write(keyOf(promoId, sku), intent);
  forget(promoId, sku, whose);
}
