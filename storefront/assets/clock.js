// The server's clock, as well as it can be known from here: of the latest samples the one with the fastest round trip
// counts, since it can be wrong by half of that at most. Ticks by the monotonic clock, so a shopper who sets the computer's
// time changes nothing.

const KEPT = 8; // samples; at the page's pace some 20 s of them
const MAX_AGE_MS = 120_000; // beyond it the computer's own drift counts for more

export class ServerClock {
  #samples = [];
  #doubted = false;
  #monotonic;

  constructor(monotonic = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Before a request: what to hand to `heard`. */
  mark() {
    return this.#monotonic();
  }

  /** After its answer, which says that the server's time was `serverMs`. */
  heard(serverMs, marked) {
    if (!Number.isFinite(serverMs)) return;
    const at = this.#monotonic();
    const roundTrip = at - marked;
    this.#samples.push({ at, roundTrip, offset: serverMs - (marked + roundTrip / 2) });
    if (this.#doubted) this.#samples.splice(0, this.#samples.length - 1);
    this.#doubted = false;
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** The computer may have slept, and the monotonic clock with it: what was heard counts until the next answer, and no longer. */
  reset() {
    this.#doubted = true;
  }

  get known() {
    return this.#samples.length > 0 && !this.#doubted;
  }

  /** Epoch milliseconds; the computer's own time until the server has been heard. */
  now() {
    const at = this.#monotonic();
    let best;
    for (const sample of this.#samples) {
      const stale = at - sample.at > MAX_AGE_MS;
      if (!best || (best.stale && !stale) || (best.stale === stale && sample.roundTrip <= best.roundTrip)) {
        best = { ...sample, stale };
      }
    }
    return best ? at + best.offset : Date.now();
  }
}
