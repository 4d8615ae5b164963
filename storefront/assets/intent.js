// What the shopper wants, kept across refreshes: one request key per wish, so that pressing twice, reloading or a lost answer
// can never buy twice. Kept per promo and SKU; a page without storage keeps it for as long as it is open.

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
    return intent && typeof intent.requestID === "string" && Date.now() - intent.at < MAX_AGE_MS ? intent : null;
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

const keyOf = (promoId, sku) => `${PREFIX}${promoId}.${sku}`;

/** The intent as it was left: {requestID, at, sent, orderID?, payBefore?}, or null. */
export function recall(promoId, sku) {
  return read(keyOf(promoId, sku));
}

/** The present intent, or a new one. */
export function begin(promoId, sku) {
  const intent = recall(promoId, sku) ?? { requestID: newKey(), at: Date.now(), sent: false };
  write(keyOf(promoId, sku), intent);
  return intent;
}

export function update(promoId, sku, change) {
  const intent = { ...begin(promoId, sku), ...change };
  write(keyOf(promoId, sku), intent);
  return intent;
}

export function forget(promoId, sku) {
  memory.delete(keyOf(promoId, sku));
  try {
    storage()?.removeItem(keyOf(promoId, sku));
  } catch {
    // Nothing was kept then.
  }
}
