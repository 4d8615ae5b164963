// A file is read here, into the field that is sent: nothing of it goes anywhere before it is looked at.
const file = document.getElementById("file");
const says = document.getElementById("file-says");
const sheet = document.getElementById("sheet");
file.hidden = false;
document.getElementById("file-label").hidden = false;
(document.getElementById("attend") ?? document.getElementById("looked"))?.focus();

function decode(bytes) {
  const head = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (head[0] === 0x50 && head[1] === 0x4b) throw new TypeError("a workbook, and no text");
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes); // as spreadsheets in China write it
  }
}

file.addEventListener("click", () => { file.value = ""; }); // the same file again, after it was mended
file.addEventListener("change", async () => {
  const chosen = file.files[0];
  if (!chosen) return;
  says.textContent = "";
  try {
    sheet.value = decode(await chosen.arrayBuffer());
  } catch {
    sheet.value = "";
    says.textContent = file.dataset.unreadable;
  }
});
