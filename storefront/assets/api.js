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
export const order = (id) => call(`/api/orders/${encodeURIComponent(id)}`, {}, 5000);
/** Asking the provider takes the backend up to 2.5 s. */
export const pay = (id) => call(`/api/orders/${encodeURIComponent(id)}/payment`, json("POST"), 8000);
export const demoSession = () => call("/api/demo-session", json("POST"), 8000);
export const buy = (sku, quantity, requestID) =>
  call("/buy", json("POST", { goodsSKU: sku, goodsQuantity: quantity, requestID }), 8000);
