// The page's only way to the server. No answer within its time is null, never an exception: what that means is the caller's
// to say.

async function call(path, options, timeoutMs) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options, signal: abort.signal });
    const text = await response.text();
    let body = null;
    try {
      body = JSON.parse(text);
    } catch {
      // A proxy on the way may answer with a page: then there is a status and no body.
    }
    const seconds = Number(response.headers.get("Retry-After"));
    return { status: response.status, body, retryAfterMs: seconds > 0 ? seconds * 1000 : null };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const json = (method, body) => ({
  method,
  headers: { "Content-Type": "application/json" },
  body: body === undefined ? undefined : JSON.stringify(body),
});

// The edge answers within 2 s of a live backend; the rest is the shopper's network.
export const promos = () => call("/api/promos", {}, 5000);
export const promo = (id) => call(`/api/promos/${id}`, {}, 5000);
export const item = (sku) => call(`/api/items/${sku}`, {}, 5000);
export const preview = (token) => call(`/api/previews/${token}`, {}, 5000);
export const order = (id) => call(`/api/orders/${encodeURIComponent(id)}`, {}, 5000);
/** Asking the provider takes the backend up to 2.5 s. */
export const pay = (id) => call(`/api/orders/${encodeURIComponent(id)}/payment`, json("POST"), 8000);
export const session = () => call("/api/session", {}, 5000);
export const cart = () => call("/api/cart", {}, 5000);
export const payCart = (orderIDs) => call("/api/cart/payment", json("POST", { orderIDs }), 8000);
export const giveBack = (id) => call(`/api/cart/${encodeURIComponent(id)}`, json("DELETE"), 8000);
export const renewSession = () => call("/api/session", json("POST"), 8000);
export const logOut = () => call("/api/logout", json("POST"), 8000);
export const demoSession = () => call("/api/demo-session", json("POST"), 8000);
/** @param userID whose wish it is, where that is known: the server refuses it for anybody else */
export const buy = (sku, quantity, requestID, userID) =>
  call("/buy", json("POST", { goodsSKU: sku, goodsQuantity: quantity, requestID, userID }), 8000);
/** Of an account: challenge, otp, register, login, password. */
export const account = (path, body) => call(`/api/${path}`, json("POST", body ?? {}), 10_000);
