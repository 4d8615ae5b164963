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
  const few = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumSignificantDigits: 2 });
  const many = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
  const course = document.getElementById("course");
  const put = (id, text) => { document.getElementById(id).textContent = text; };
  let source = null;
  let silence = 0;

  function lost() {
    dot.className = "status-dot status-red";
    said.textContent = board.dataset.lost;
  }

  // What a second or two say is luck: edges tell their answers every two seconds.
  const OVER_MS = 10_000;
  const SHOWN_S = 300;
  const totals = [];
  let rates = [];

  function rate(at, total) {
    if (totals.length > 0 && at - totals.at(-1).at > OVER_MS) totals.length = 0; // nobody looked
    totals.push({ at, total });
    while (totals.length > 2 && at - totals[1].at >= OVER_MS) totals.shift();
    const { at: from, total: before } = totals[0];
    if (at - from < OVER_MS) return;
    rates.push({ at, each: Math.max(0, total - before) / ((at - from) / 1000) });
    rates = rates.filter((one) => at - one.at < SHOWN_S * 1000);
    const top = Math.max(...rates.map((one) => one.each));
    const points = rates.map((one) =>
      `${(SHOWN_S - (at - one.at) / 1000).toFixed(1)},${(58 - (56 * one.each) / Math.max(1, top)).toFixed(1)}`);
    document.querySelector("#rates polyline").setAttribute("points", points.join(" "));
    put("rate", number.format(Math.round(rates.at(-1).each)));
    put("most", number.format(Math.round(top)));
  }

  // Few of many are not none, and nearly all are not all.
  function percent(part, all) {
    const share = all > 0 ? part / all : 0;
    return (share < 0.1 ? few : many).format(share < 1 ? Math.min(share, 0.999) : share);
  }

  const shared = (part, all) => course.dataset.share
    .replace("{0}", number.format(all)).replace("{1}", number.format(part)).replace("{2}", percent(part, all));

  function queued({ consumers, behind, oldestMs }) {
    if (consumers === 0) return course.dataset.none;
    if (behind === null) return course.dataset.unknown;
    if (behind === 0) return course.dataset.nothing;
    if (oldestMs === 0) return number.format(behind);
    return course.dataset.oldest.replace("{0}", number.format(behind)).replace("{1}", number.format(Math.round(oldestMs / 100) / 10));
  }

  function showCourse(now) {
    course.hidden = false;
    const total = now.answers.reduce((sum, each) => sum + each.total, 0);
    put("got", shared(now.answers.find((each) => each.code === "RESERVED")?.total ?? 0, total));
    put("paid", shared(now.orders.paid, now.orders.placed));
    put("expiring", number.format(now.expiring));
    put("queue", queued(now.queue));
    document.getElementById("queue").classList.toggle("text-danger", now.queue.consumers === 0);
    rate(new Date(now.at).getTime(), total);
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
    showCourse(now);
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
