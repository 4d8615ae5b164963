// Pure: numbers and times as people read them.

/** 1999, "CNY", "zh-CN" -> "¥19.99"; the currency says how many decimals there are. */
export function money(minor, currency, locale) {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${minor / 100} ${currency}`;
  }
}

/** The same in parts, so that the symbol and the decimals can be set smaller. */
export function moneyParts(minor, currency, locale) {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    const parts = format.formatToParts(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
    return parts.map(({ type, value }) => ({
      kind: type === "currency" ? "symbol" : type === "decimal" || type === "fraction" ? "decimals" : "digits",
      value,
    }));
  } catch {
    return [{ kind: "digits", value: money(minor, currency, locale) }];
  }
}

const two = (n) => String(n).padStart(2, "0");

/** Milliseconds -> "mm:ss", "hh:mm:ss" or, where seconds do not matter, "3d 04:05"; rounded up, so that 00:00 means now. */
export function duration(ms, dayUnit = "d") {
  const all = Math.max(0, Math.ceil(ms / 1000));
  const days = Math.floor(all / 86_400);
  const hours = Math.floor(all / 3600) % 24;
  const minutes = two(Math.floor(all / 60) % 60);
  if (days > 0) return `${days}${dayUnit} ${two(hours)}:${minutes}`;
  const clock = `${minutes}:${two(all % 60)}`;
  return hours > 0 ? `${two(hours)}:${clock}` : clock;
}

/** Milliseconds -> what a datetime attribute takes, for example "PT90S". */
export function machineDuration(ms) {
  return `PT${Math.max(0, Math.ceil(ms / 1000))}S`;
}

/** How many are left, coarsely: two leading digits, then zeros; 0 for "under ten". */
export function coarse(units) {
  if (units < 10) return 0;
  const unit = 10 ** Math.max(1, Math.floor(Math.log10(units)) - 1);
  return Math.floor(units / unit) * unit;
}

/** A span in whole words of the language: 1800000 -> "30 minutes". */
export function span(ms, locale) {
  const [value, unit] =
    ms >= 7_200_000 ? [ms / 3_600_000, "hour"] : ms >= 120_000 ? [ms / 60_000, "minute"] : [ms / 1000, "second"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(value);
}

/** Epoch milliseconds -> "20 Nov, 12:30" in the reader's zone. */
export function moment(ms, locale) {
  return new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }).format(ms);
}

/** "2026-11-20T12:30:00Z" or epoch milliseconds -> epoch milliseconds, or null. */
export function epoch(time) {
  if (typeof time === "number") return Number.isFinite(time) ? time : null;
  const parsed = typeof time === "string" ? Date.parse(time) : NaN;
  return Number.isNaN(parsed) ? null : parsed;
}
