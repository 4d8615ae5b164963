// A file is read here, into the field that is sent: nothing of it goes anywhere before it is looked at.
const file = document.getElementById("file");
const sheet = document.getElementById("sheet");
file.hidden = false;
document.getElementById("file-label").hidden = false;
file.addEventListener("change", async () => {
  const chosen = file.files[0];
  if (!chosen) return;
  const bytes = await chosen.arrayBuffer();
  try {
    sheet.value = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    sheet.value = new TextDecoder("gb18030").decode(bytes); // as spreadsheets in China write it
  }
});
