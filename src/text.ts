// Numbers, sizes, times, lists and names for people, the same on every system. Pure.

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** `5.1 GB`: decimal units, as storage is sold and quotas are stated. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  const name = unit === 0 && bytes === 1 ? "byte" : (UNITS[unit] ?? "");
  return `${value.toFixed(digits)} ${name}`;
}

/** `1,234`, the same on every system. Not by Node's own: it takes 25 ms to load its languages. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 file`, `1,234 files`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `95 of 1,400 files`. */
export function countedOf(part: number, whole: number, noun: string): string {
  return `${formatCount(part)} of ${counted(whole, noun)}`;
}

const YEAR_S = 365 * 24 * 60 * 60;

/** `40 s`, `12 min`, `3 h 20 min`. */
export function formatDuration(seconds: number): string {
  // A header may have any number.
  if (seconds > YEAR_S) return "more than a year";
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
}

/** Of what was measured: `40 s`, `4 min 51 s`, `3 h 20 min`. */
export function formatElapsed(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 90 || whole >= 3600) return formatDuration(seconds);
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}

/** `1.4 MB in 8 s, 171 kB/s`. For less than a second a rate would only show the start. */
export function describeTransfer(bytes: number, ms: number): string {
  if (ms < 1000) return `${formatBytes(bytes)} in less than a second`;
  const rate = formatBytes(Math.round((bytes * 1000) / ms));
  return `${formatBytes(bytes)} in ${formatElapsed(ms / 1000)}, ${rate}/s`;
}

/** `they` → `They`. */
export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** `sent 3 files` → `Sent 3 files.` */
export function sentence(clause: string): string {
  return `${capital(clause)}.`;
}

/** A path for people: as it is, or quoted and escaped when it holds what would break a line or can't be seen. */
export function shown(path: string): string {
  return /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(path) || path === "" || path.trim() !== path
    ? JSON.stringify(path).replace(/[\p{Cc}\p{Cf}\u2028\u2029]|(?! )\p{Zs}/gu, (found) =>
        escapeOf(found),
      )
    : path;
}

function escapeOf(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

const MAX_LISTED = 10;

/** Joins lines and counts those over `most`, so that a thousand bad files stay readable. @default most 10 */
export function listed(lines: readonly string[], most = MAX_LISTED): string {
  const rest = lines.length - most;
  const shown = lines.slice(0, most).map((line) => `\n  - ${line}`);
  return shown.join("") + (rest > 0 ? `\n  - and ${formatCount(rest)} more` : "");
}
