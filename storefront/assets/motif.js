// A picture for an item that has none, or whose cannot be fetched: three plain shapes that its SKU decides, in one of five palettes of the style
// sheet. The same item always looks the same.

const SVG = "http://www.w3.org/2000/svg";
const PALETTES = 5;

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function numbers(text) {
  let seed = 2166136261;
  for (const c of text) seed = Math.imul(seed ^ c.codePointAt(0), 16777619);
  return (most) => {
    seed = (seed + 0x9e3779b9) | 0;
    let n = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad);
    n = Math.imul(n ^ (n >>> 15), 0x735a2d97);
    return ((n ^ (n >>> 15)) >>> 0) % most;
  };
}

// On 400 by 300, of which a card may cut up to 38 off above and below.
const COMPOSITIONS = [
  (n) => [
    { name: "circle", cx: 150 + n(30), cy: 150, r: 82, class: "m1" },
    { name: "path", d: "M210 68a82 82 0 0 1 0 164z", class: "m2" },
    { name: "circle", cx: 316, cy: 100 + n(60), r: 22, class: "m3" },
  ],
  (n) => [
    { name: "path", d: "M80 300V182a120 120 0 0 1 240 0v118z", class: "m1" },
    { name: "path", d: "M128 300V190a72 72 0 0 1 144 0v110z", class: "m2" },
    { name: "circle", cx: 200, cy: 196 + n(20), r: 28, class: "m3" },
  ],
  (n) => [
    { name: "path", d: "M20 300 175 105l155 195z", class: "m1" },
    { name: "path", d: "M165 300 282 160l118 140z", class: "m2" },
    { name: "circle", cx: 290 + n(40), cy: 96, r: 26, class: "m3" },
  ],
  (n) => [
    { name: "path", d: "M188 74v152h-62a76 76 0 0 1 0-152z", class: "m1" },
    { name: "path", d: "M212 74v152h62a76 76 0 0 0 0-152z", class: "m2" },
    { name: "circle", cx: n(2) ? 130 : 270, cy: 150, r: 30, class: "m3" },
  ],
  (n) => [
    { name: "rect", x: 98, y: 90, width: 120, height: 120, class: "m1" },
    { name: "circle", cx: 238, cy: 150, r: 66, class: "m2" },
    { name: "circle", cx: 162, cy: 118 + n(64), r: 20, class: "m3" },
  ],
];

export function motif(sku) {
  const next = numbers(sku);
  const svg = shape("svg", { viewBox: "0 0 400 300", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true", focusable: "false" });
  svg.classList.add(`palette-${next(PALETTES)}`);
  svg.append(shape("rect", { width: 400, height: 300, class: "m0" }));
  for (const { name, ...attributes } of COMPOSITIONS[next(COMPOSITIONS.length)](next)) svg.append(shape(name, attributes));
  return svg;
}
