// Saves what is typed into a draft by itself, a moment after the last key, and before any button. One save after the other, so that each
// says the version that the one before it has made. Nothing that was typed leaves the page unless it is saved.
const PAUSE = 1500;
const PATIENCE = 8000;
const AGAIN = 5000;
const form = document.getElementById("draft");
const kept = document.getElementById("kept");
const alarm = document.getElementById("not-kept");
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" });
const text = form.dataset;
let timer = 0;
let dirty = text.dirty !== undefined;
let running = null;
let overtaken = false;
let submitting = false;
let leaving = false;

function say(saved, warning) {
  kept.textContent = saved;
  if (alarm.textContent !== warning) alarm.textContent = warning;
}

// After a new login in another window this page has the form token of the session that has ended.
async function renewToken() {
  const answer = await fetch(location.pathname, { signal: AbortSignal.timeout(PATIENCE) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("#draft [name=_csrf]");
  if (!answer.ok || answer.redirected || token === null) return false;
  form.elements._csrf.value = token.value;
  return true;
}

const send = (keepalive) => fetch(text.autosave, {
  method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual", keepalive,
  signal: AbortSignal.timeout(PATIENCE),
});

async function save(keepalive) {
  try {
    let answer = await send(keepalive);
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      if (!await renewToken()) {
        dirty = true;
        again();
        return say("", text.loggedOut);
      }
      answer = await send(keepalive);
    }
    const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (answer.ok && said.version !== undefined) {
      form.elements.version.value = said.version;
      return say(`${text.saved} ${clock.format(new Date())}`, "");
    }
    dirty = true;
    overtaken = answer.status === 409;
    if (answer.status >= 500) again();
    say("", said.code === "DRAFT_CHANGED" ? text.overtaken : overtaken ? text.closed : answer.status === 400 ? text.tooLarge : text.failed);
  } catch {
    dirty = true;
    again();
    say("", text.failed);
  }
}

function again() {
  clearTimeout(timer);
  timer = setTimeout(() => run(), AGAIN);
}

function run(keepalive = false) {
  clearTimeout(timer);
  timer = 0;
  running ??= (async () => {
    while (dirty && !overtaken) {
      dirty = false;
      await save(keepalive);
      if (dirty) break; // it failed, or there is more: the next key, or the timer that it has set
    }
  })().finally(() => { running = null; });
  return running;
}

// What is typed over what somebody else has saved waits for the button that says so.
if (text.autosave !== undefined) {
  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(timer);
    if (!overtaken) timer = setTimeout(() => (running === null ? run() : running.then(() => run())), PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty && !overtaken) run(true);
  });
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    if (running === null && (!dirty || overtaken)) {
      leaving = true; // all is saved; or another has saved, and the server shows what differs
      return;
    }
    event.preventDefault();
    if (submitting) return;
    submitting = true;
    clearTimeout(timer);
    if (running !== null) await running;
    if (dirty && !overtaken) await run();
    submitting = false;
    if (dirty && !overtaken) return; // it stays here, with what was typed
    leaving = true;
    // A form cannot be sent from within the sending of it.
    setTimeout(() => form.requestSubmit(event.submitter));
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  if (dirty) again();
}

document.getElementById("attend")?.focus();
