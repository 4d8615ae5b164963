// Hears that something about this buyer's orders has changed, while somebody here waits for that. It only says when to ask: a page that
// hears nothing asks by itself, more often.
//
// One tab holds the connection and tells the others: of HTTP/1.1 a browser has six to a host, and tabs that held them all would leave none to
// buy by. Where a browser cannot agree on which (it needs HTTPS, or this machine), there are no events.

const NAME = "flashsale-events";
const FALLBACK_MS = 15_000; // how rarely is asked where events arrive
const ALIVE_MS = 40_000; // the edge says every 15 s that it is there
const REST_MS = 60_000; // after a refusal: too many wait already, or the session has ended

const channel = typeof EventSource === "function" && navigator.locks && typeof BroadcastChannel === "function" ? new BroadcastChannel(NAME) : null;
const waiting = new Set();
let listening = 0;
let aliveAt = -Infinity;
let count = 0; // of news
let release = null; // gives the connection up, while this tab holds it

function wake() {
  for (const each of [...waiting]) each();
}

function hear(what) {
  aliveAt = performance.now();
  if (what !== "orders") return;
  count++;
  wake();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) wake();
});

channel?.addEventListener("message", ({ data }) => hear(data));

/** Holds the connection until it is refused, or nobody on this page listens. */
function hold() {
  return new Promise((resolve) => {
    const source = new EventSource("/api/events");
    const tell = (what) => {
      hear(what);
      channel.postMessage(what);
    };
    let rest = 0;
    release = () => {
      release = null;
      clearTimeout(rest);
      source.close();
      resolve();
    };
    source.addEventListener("open", () => tell("alive"));
    source.addEventListener("alive", () => tell("alive"));
    source.addEventListener("orders", () => tell("orders"));
    source.addEventListener("error", () => {
      aliveAt = -Infinity;
      // Refused, and not cut off, after which the browser comes again by itself.
      if (source.readyState === EventSource.CLOSED && !rest) rest = setTimeout(() => release?.(), REST_MS);
    });
  });
}

let contending = false;

async function contend() {
  if (contending || !channel) return;
  contending = true;
  try {
    while (listening > 0) await navigator.locks.request(NAME, () => (listening > 0 ? hold() : undefined));
  } catch {
    // A page that is being left cannot have it.
  } finally {
    contending = false;
  }
}

/** Until `stop`. @return stop */
export function listen() {
  listening++;
  void contend();
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    if (--listening === 0) release?.();
  };
}

/** How much news there was: before a question, for the wait after it. */
export const news = () => count;

/**
 * Until there is other news than `heard`, or somebody looks at the page again, at the latest after so long.
 *
 * @param calm whether all that may happen next is told by events: then the question may wait for longer where they arrive
 */
export function newsOr(ms, heard, calm) {
  if (heard !== count) return Promise.resolve();
  const arrive = calm && performance.now() - aliveAt < ALIVE_MS;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      waiting.delete(done);
      resolve();
    };
    const timer = setTimeout(done, arrive ? Math.max(ms, FALLBACK_MS) : ms);
    waiting.add(done);
  });
}
