// Keeps the page of long work as it is now, until it is over.
const work = document.getElementById("work");
const EACH_MS = 1000;

async function look() {
  const unheard = document.getElementById("work-unheard");
  try {
    const answer = await fetch(work.dataset.src, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const { state, stopAsked, done, percent } = await answer.json();
    unheard.textContent = "";
    if (state !== work.dataset.state || String(stopAsked) !== work.dataset.stopAsked) {
      location.reload();
      return;
    }
    document.getElementById("work-bar").value = percent;
    document.getElementById("work-done").textContent = new Intl.NumberFormat(document.documentElement.lang).format(done);
  } catch {
    if (unheard.textContent === "") unheard.textContent = work.dataset.lost; // said once
  }
  setTimeout(look, EACH_MS);
}

if (work.dataset.src) setTimeout(look, EACH_MS);
