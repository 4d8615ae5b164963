// A proof of work, in a worker of its own so that the page stays alive: the number with which SHA-256 of "<challenge>:<number>" begins
// with so many zero bits. Not by crypto.subtle, which is absent on plain HTTP and asynchronous for each of a hundred thousand tries.

const K = new Uint32Array(64);
const START = new Uint32Array(8);

// The fractional parts of the roots of the first primes, as FIPS 180-4 has them.
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= candidate && prime; divisor++) prime = candidate % divisor !== 0;
  if (!prime) continue;
  const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
  if (found < 8) START[found] = fraction(Math.sqrt(candidate));
  K[found++] = fraction(Math.cbrt(candidate));
}

const w = new Uint32Array(64);

/** One block of 16 words into the state. */
function compress(state, block) {
  w.set(block);
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15];
    const b = w[i - 2];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** The words of the blocks that an ASCII text is hashed as. */
function blocksOf(text) {
  const words = new Uint32Array((((text.length + 8) >> 6) + 1) * 16);
  for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  words[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  words[words.length - 1] = text.length * 8;
  return words;
}

/** The first word of the hash of each "<prefix><number>", without hashing the prefix's whole blocks again. */
export function hasher(prefix) {
  const whole = prefix.length >> 6;
  const base = START.slice();
  const head = blocksOf(prefix);
  for (let i = 0; i < whole; i++) compress(base, head.subarray(16 * i, 16 * i + 16));
  const state = new Uint32Array(8);
  return (number) => {
    state.set(base);
    const words = blocksOf(prefix + number);
    for (let i = 16 * whole; i < words.length; i += 16) compress(state, words.subarray(i, i + 16));
    return state[0];
  };
}

/** At most 32 bits. */
export function prove(challenge, bits) {
  const hash = hasher(`${challenge}:`);
  const bound = 2 ** (32 - bits);
  for (let number = 0; ; number++) if (hash(number) < bound) return String(number);
}

if (typeof WorkerGlobalScope !== "undefined") {
  addEventListener("message", ({ data: { challenge, bits } }) => postMessage(prove(challenge, bits)));
}
