// What is said of a promo: a tree of a few names and of plain texts, made into elements one by one. Nothing in it can be anything else.

const NAMES = new Set(["p", "h3", "ul", "ol", "li", "blockquote", "strong", "em", "br"]);
const ADDRESS = /^https?:\/\//;

function element(node) {
  if (typeof node === "string") return document.createTextNode(node);
  const [name, ...rest] = Array.isArray(node) ? node : [];
  if (name === "a" && typeof rest[0] === "string" && ADDRESS.test(rest[0])) {
    const made = document.createElement("a");
    made.href = rest[0];
    made.append(...rest.slice(1).map(element));
    return made;
  }
  const made = NAMES.has(name) ? document.createElement(name) : document.createDocumentFragment();
  made.append(...(name === "a" ? rest.slice(1) : rest).map(element));
  return made;
}

const WAIT_MS = 5000;

let wanted = null;
let told = null;

/** From now on nothing is said, until `show` is called again. */
export function hide(root) {
  wanted = told = null;
  root.hidden = true;
}

/** @param text a tree for each language, or where to fetch that. @param language says which is spoken */
export async function show(root, text, language) {
  const render = () => {
    const nodes = told?.[language()] ?? [];
    root.lastElementChild.replaceChildren(...nodes.map(element));
    root.hidden = nodes.length === 0;
  };
  wanted = text;
  let heard = text;
  if (typeof text === "string") {
    const answer = await fetch(text, { signal: AbortSignal.timeout(WAIT_MS) });
    if (!answer.ok) throw new Error(`${text}: ${answer.status}`);
    heard = await answer.json();
  }
  if (!Array.isArray(heard?.zh) || !Array.isArray(heard.en)) throw new Error("no text");
  if (wanted !== text) return; // there is another by now
  told = heard;
  root.onlanguage = render;
  render();
}
