// The header that all pages share: the language, and who is logged in.

import { account, logOut, loginPath, onChange, stayLoggedIn } from "./session.js";
import { LANGUAGES, preferred, remember, say } from "./words.js";

const $ = (id) => document.getElementById(id);

let language = preferred();

/** Sets the page's words. @param speak called with the language, now and whenever it is chosen */
export function header(speak) {
  const choose = (chosen) => {
    language = chosen;
    const words = say(language);
    document.documentElement.lang = LANGUAGES[language];
    for (const target of document.querySelectorAll("[data-word]")) target.textContent = words(target.dataset.word);
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    showAccount();
    speak(language);
  };
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      remember(button.dataset.language);
      choose(button.dataset.language);
    });
  }
  $("log-out")?.addEventListener("click", async () => {
    const ended = await logOut();
    if (ended) location.reload();
    else $("log-out").textContent = say(language)("account.logOutAgain");
  });
  onChange(showAccount, () => location.reload());
  stayLoggedIn();
  choose(language);
}

function showAccount() {
  const kept = account();
  if (!$("log-in")) return;
  $("log-in").hidden = kept !== null;
  $("log-in").href = loginPath();
  $("logged-in").hidden = kept === null;
  $("who").textContent = kept?.phone ?? "";
}
