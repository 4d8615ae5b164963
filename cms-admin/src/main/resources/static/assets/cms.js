// Times as the viewer's clock shows them; the server writes them in UTC.
const language = document.documentElement.lang;
const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const precise = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) {
    time.title = time.dateTime;
    time.textContent = ("precise" in time.dataset ? precise : format).format(at);
  }
}
const zone = document.getElementById("zone-of-viewer");
if (zone !== null) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
