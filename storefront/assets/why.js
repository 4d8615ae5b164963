// Pages whose words stand in them in both languages, so that they can be read without this: shows the chosen one, and what the address
// points at.

import { header } from "./header.js";
import { LANGUAGES, say } from "./words.js";

const main = document.getElementById("main");
const heading = main.querySelector("h1");

header((language) => {
  for (const part of main.querySelectorAll("span[lang]")) part.hidden = part.lang !== LANGUAGES[language];
  const shown = [...heading.querySelectorAll("span[lang]")].find((part) => !part.hidden);
  document.title = `${shown.textContent} · ${say(language)("title")}`;
});
// The words above may have been twice as long.
document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
