// The forms of the account: log in, open one, set a new password. What is wrong is said beside the field, in the shopper's words; what was
// typed stays where it is.

import * as api from "./api.js";
import { header } from "./header.js";
import { SENTENCES } from "./account-words.js";
import { loggedIn, next } from "./session.js";

const $ = (id) => document.getElementById(id);
const form = $("form");
const kind = form.dataset.form; // login, register, reset
const fields = ["phone", "code", "password"].map($).filter(Boolean);

let language = "en";
let problem = null; // {code, field?, minutes?}
let told = null; // of the code: {name, values}
let again = 0; // from when another code may be asked for
let busy = false;

const words = (name, values = {}) => {
  const sentence = name.split(".").reduce((at, step) => at?.[step], SENTENCES[language]);
  return typeof sentence === "string" ? sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole) : name;
};

function speak(chosen) {
  language = chosen;
  document.title = `${words(`${kind}.title`)} · ${words("shop")}`;
  for (const target of document.querySelectorAll("[data-form-word]")) target.textContent = words(target.dataset.formWord);
  show();
}

function put(target, text) {
  if (target && target.textContent !== text) target.textContent = text;
}

function show() {
  put($("problem"), problem ? words(`problem.${problem.code}`, problem) : "");
  for (const field of fields) {
    if (problem?.field === field.id) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  put($("submit"), busy ? words("working") : words(`${kind}.submit`));
  if (busy) $("submit").setAttribute("aria-disabled", "true");
  else $("submit").removeAttribute("aria-disabled");
  const left = Math.ceil((again - Date.now()) / 1000);
  put($("send"), left > 0 ? words("sendAgain", { seconds: left }) : words("send"));
  if (left > 0) $("send")?.setAttribute("aria-disabled", "true");
  else $("send")?.removeAttribute("aria-disabled");
  put($("sent"), told ? words(told.name, told.values) : "");
}

function wrong(code, field, more = {}) {
  problem = { code, field, ...more };
  show();
  if (field) $(field)?.focus();
}

/** What an answer that is not a success means; null is none at all. @param used whether a code may have been used up */
function explain(answer, used = false) {
  const code = answer?.body?.code;
  const minutes = Math.max(1, Math.ceil((answer?.retryAfterMs ?? 60_000) / 60_000));
  switch (code) {
    case "BAD_REQUEST":
      return answer.body.field === "phone" ? wrong("phone", "phone") : wrong(answer.body.field === "password" ? "long" : "other", "password");
    case "WEAK_PASSWORD":
      return wrong(($("password").value.length < 8 && "short") || "weak", "password");
    case "WRONG_CODE":
      return wrong("wrongCode", "code");
    case "PHONE_NOT_SERVED":
      return wrong("country", "phone");
    case "LOGIN_FAILED":
      return wrong("failed", "password");
    case "TOO_MANY_TRIES":
      return wrong("often", null, { minutes });
    case "THROTTLED":
      return wrong("fast");
    default:
      if (answer && answer.status < 500) return wrong("other");
      // Busy may be said before and after what was asked for was done.
      if (used) return wrong(`away_${kind}`);
      return wrong(code === "BUSY" ? "busy" : "away");
  }
}

function proofOf(challenge) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./proof.js", import.meta.url), { type: "module" });
    const end = (settle) => (value) => {
      worker.terminate();
      settle(value);
    };
    worker.addEventListener("message", end(({ data }) => resolve(data)));
    worker.addEventListener("error", end(reject));
    worker.postMessage(challenge);
  });
}

async function sendCode() {
  if (again > Date.now()) return;
  problem = null;
  if (!$("phone").value.trim()) return wrong("phone", "phone");
  again = Date.now() + 60_000;
  told = { name: "proving" };
  show();
  const answer = await askForCode();
  if (answer?.status === 202) {
    again = Date.now() + answer.body.againInSeconds * 1000;
    told = { name: kind === "reset" ? "sentIfKnown" : "sent", values: { phone: answer.body.phone, minutes: Math.max(1, Math.round(answer.body.expiresInSeconds / 60)) } };
    $("code").focus();
    return show();
  }
  told = null;
  again = answer?.body?.code === "TOO_MANY_TRIES" ? Date.now() + (answer.retryAfterMs ?? 60_000) : 0;
  explain(answer);
}

/** Asks with a proof of work beside it. */
async function proved(path, values) {
  const challenge = await api.account("challenge");
  if (challenge?.status !== 200) return challenge;
  try {
    const proof = await proofOf(challenge.body);
    return await api.account(path, { ...values, challenge: challenge.body.challenge, proof });
  } catch {
    return null;
  }
}

const askForCode = () => proved("otp", { phone: $("phone").value, purpose: kind, language });

async function logIn(values) {
  const answer = await api.account("login", values);
  return answer?.body?.code === "PROOF_NEEDED" ? proved("login", values) : answer;
}

/** By a code, which is used up even where its answer is lost: then a login with the new password finds out. */
async function byCode(path, values) {
  const answer = await api.account(path, values);
  if (answer && answer.status < 500) return answer;
  const found = await logIn({ phone: values.phone, password: values.password });
  return found?.status === 200 ? found : answer;
}

async function submit() {
  if (busy) return;
  problem = null;
  for (const field of fields) {
    if (!field.value.trim()) return wrong(`no.${field.id}`, field.id);
  }
  busy = true;
  show();
  const values = Object.fromEntries(fields.map((field) => [field.id, field.value]));
  if (values.code) values.code = values.code.replace(/\s/g, "");
  const answer = kind === "login" ? await logIn(values) : await byCode(kind === "reset" ? "password" : "register", values);
  busy = false;
  if (answer?.status === 200 || answer?.status === 201) {
    loggedIn(answer.body);
    location.replace(next());
    return;
  }
  explain(answer, kind !== "login");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});
$("send")?.addEventListener("click", () => void sendCode());
for (const link of document.querySelectorAll("[data-link]")) link.search = location.search;
header(speak);
setInterval(show, 500);
