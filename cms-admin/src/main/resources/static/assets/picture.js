// Chooses a picture, cuts it to the shop's shape and sends it. What is cut is said in shares of the whole: the server cuts.
const SHAPE = 4 / 3;
const LEAST = 640;
const MOST_BYTES = 10_000_000;
const PATIENCE = 60_000;

const dialog = document.getElementById("picture");
const form = document.getElementById("picture-form");
const file = document.getElementById("picture-file");
const cut = document.getElementById("picture-cut");
const canvas = document.getElementById("picture-canvas");
const zoom = document.getElementById("picture-zoom");
const across = document.getElementById("picture-across");
const down = document.getElementById("picture-down");
const says = document.getElementById("picture-says");
const send = document.getElementById("picture-send");
const pen = canvas.getContext("2d");

let chosen = null; // the file
let picture = null; // decoded, upright
let shown = { left: 0, top: 0, width: 0 }; // in its pixels
let opener = null;
let choices = 0; // a file that is decoded after another was chosen is none any more

const most = () => Math.min(picture.width, picture.height * SHAPE);
const problem = (code) => form.querySelector(`[data-code="${code}"]`)?.textContent ?? form.dataset.failed;

const room = () => ({ across: picture.width - shown.width, down: picture.height - shown.width / SHAPE });

function keepWithin() {
  const free = room();
  shown.left = Math.min(Math.max(0, shown.left), free.across);
  shown.top = Math.min(Math.max(0, shown.top), free.down);
  across.value = free.across > 0 ? (100 * shown.left) / free.across : 50;
  down.value = free.down > 0 ? (100 * shown.top) / free.down : 50;
}

function draw() {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, shown.left, shown.top, shown.width, shown.width / SHAPE, 0, 0, canvas.width, canvas.height);
  // A card is sixteen to nine, and leaves out what is above and below.
  pen.fillStyle = "rgb(0 0 0 / 45%)";
  const margin = (canvas.height - (canvas.width * 9) / 16) / 2;
  pen.fillRect(0, 0, canvas.width, margin);
  pen.fillRect(0, canvas.height - margin, canvas.width, margin);
}

function closer() {
  const middle = { x: shown.left + shown.width / 2, y: shown.top + shown.width / SHAPE / 2 };
  const least = Math.min(most(), LEAST);
  shown.width = most() * (least / most()) ** (zoom.value / 100);
  shown.left = middle.x - shown.width / 2;
  shown.top = middle.y - shown.width / SHAPE / 2;
  keepWithin();
  draw();
}

function drag(right, low) {
  shown.left -= right * shown.width;
  shown.top -= (low * shown.width) / SHAPE;
  keepWithin();
  draw();
}

function slide() {
  const free = room();
  shown.left = (free.across * across.value) / 100;
  shown.top = (free.down * down.value) / 100;
  draw();
}

async function choose(one) {
  const choice = ++choices;
  chosen = null;
  cut.hidden = true;
  says.textContent = "";
  if (one === undefined) return;
  if (one.size > MOST_BYTES) {
    says.textContent = problem("IMAGE_BYTES");
    return;
  }
  let decoded;
  try {
    decoded = await createImageBitmap(one);
  } catch {
    if (choice === choices) says.textContent = problem(one.type === "image/svg+xml" ? "IMAGE_SVG" : "IMAGE_KIND");
    return;
  }
  if (choice !== choices) return;
  picture = decoded;
  if (most() < LEAST) {
    says.textContent = problem("IMAGE_SMALL");
    return;
  }
  chosen = one;
  zoom.value = 0;
  shown = { left: (picture.width - most()) / 2, top: (picture.height - most() / SHAPE) / 2, width: most() };
  cut.hidden = false;
  keepWithin();
  draw();
}

function taken(image) {
  dialog.close();
  if (opener.dataset.picture === "list") {
    location.assign(`/images?taken=${image.id}`);
    return;
  }
  const field = document.getElementById(opener.dataset.picture);
  field.value = image.id;
  // As if it had been typed: the draft saves itself.
  field.dispatchEvent(new Event("input", { bubbles: true }));
  show(field);
  opener.focus();
}

// What stands in the field of an item, as a small picture beside it.
function show(field) {
  const small = field.closest("[data-testid=item-picture]").querySelector("img");
  small.hidden = !/^[0-9]{1,9}$/.test(field.value);
  small.alt = "";
  if (!small.hidden) small.src = `/images/${field.value}/320`;
}

async function take() {
  says.textContent = "";
  if (chosen === null) {
    if (file.value === "") says.textContent = problem("IMAGE_NONE");
    return;
  }
  const body = new FormData();
  body.set("_csrf", form.elements._csrf.value);
  body.set("file", chosen, chosen.name);
  for (const name of ["altZh", "altEn"]) body.set(name, form.elements[name].value);
  body.set("left", shown.left / picture.width);
  body.set("top", shown.top / picture.height);
  body.set("width", shown.width / picture.width);
  send.disabled = true;
  try {
    const answer = await fetch("/images/cut", { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      says.textContent = form.dataset.late;
      return;
    }
    const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (answer.ok && said.id !== undefined) taken(said);
    else says.textContent = problem(said.code);
  } catch {
    says.textContent = form.dataset.failed;
  } finally {
    send.disabled = false;
  }
}

function open(by, one) {
  opener = by;
  form.reset();
  choose(one);
  dialog.showModal();
}

file.addEventListener("change", () => choose(file.files[0]));
zoom.addEventListener("input", closer);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  take();
});
document.getElementById("picture-cancel").addEventListener("click", () => dialog.close());
for (const slider of [across, down]) slider.addEventListener("input", slide);
canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
canvas.addEventListener("pointermove", (event) => {
  if (!canvas.hasPointerCapture(event.pointerId)) return;
  drag(event.movementX / canvas.clientWidth, event.movementY / canvas.clientHeight);
});

// A file that is dropped beside its place is not opened in the place of the page; text is dropped as ever.
const hasFile = (event) => event.dataTransfer?.types.includes("Files");
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => { if (hasFile(event)) event.preventDefault(); });
dialog.addEventListener("drop", (event) => { if (hasFile(event)) choose(event.dataTransfer.files[0]); });
for (const button of document.querySelectorAll("[data-picture]")) {
  button.hidden = false;
  button.addEventListener("click", () => open(button));
  const place = button.closest("[data-testid=item-picture]") ?? button;
  place.addEventListener("drop", (event) => { if (hasFile(event) && !button.matches(":disabled")) open(button, event.dataTransfer.files[0]); });
}
for (const place of document.querySelectorAll("[data-testid=item-picture]")) {
  const field = place.querySelector("input");
  field.addEventListener("change", () => show(field));
  const small = place.querySelector("img");
  small.addEventListener("error", () => { small.hidden = true; });
}
