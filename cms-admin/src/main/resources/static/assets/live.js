// Keeps the numbers of a promo's page as they are now, while somebody sees it.
const board = document.getElementById("live");
const PATIENCE = 3500;

function listen() {
  const dot = document.getElementById("live-dot");
  const said = document.getElementById("live-said");
  const answers = document.getElementById("answers");
  const rows = answers.querySelector("tbody");
  const names = new Map([...answers.querySelectorAll("[data-code]")].map((each) => [each.dataset.code, each.textContent]));
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" });
  const number = new Intl.NumberFormat(document.documentElement.lang);
  let source = null;
  let silence = 0;

  function lost() {
    dot.className = "status-dot status-red";
    said.textContent = board.dataset.lost;
  }

  function show(now) {
    dot.className = "status-dot status-green";
    said.textContent = `${board.dataset.live} ${clock.format(new Date(now.at))}`;
    for (const item of now.items) {
      const card = document.querySelector(`[data-testid="item"][data-sku="${item.sku}"]`);
      for (const field of ["available", "held", "sold", "published"]) card.querySelector(`[data-testid="${field}"]`).textContent = item[field];
      const bar = card.querySelector("progress");
      if (bar !== null) {
        bar.max = item.published;
        bar.value = item.sold + item.held;
      }
    }
    answers.hidden = false;
    document.getElementById("expiring").textContent = number.format(now.expiring);
    rows.replaceChildren(...now.answers.map((each) => {
      const row = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = names.get(each.code) ?? each.code;
      const code = document.createElement("td");
      code.className = "text-secondary";
      code.textContent = each.code;
      const total = document.createElement("td");
      total.className = "text-end number";
      total.textContent = number.format(each.total);
      row.append(name, code, total);
      return row;
    }));
    if (now.phase !== board.dataset.phase) {
      // What can be done is another thing now; somebody who is about to do something is not interrupted.
      if (document.querySelector("details[open]") === null) location.reload();
      else said.textContent = board.dataset.changed;
    }
  }

  function open() {
    source?.close();
    source = new EventSource(board.dataset.src);
    source.onmessage = (event) => {
      clearTimeout(silence);
      silence = setTimeout(lost, PATIENCE);
      show(JSON.parse(event.data));
    };
    source.onerror = () => {
      // Turned away, as after the end of a session: the page itself knows where to.
      if (source.readyState === EventSource.CLOSED) lost();
    };
  }

  // A page that nobody sees asks for nothing.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") open();
    else source?.close();
  });
  open();
}

if (board !== null) listen();
