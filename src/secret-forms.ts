// The texts by which one secret may be quoted: as it is, line by line, escaped, encoded. Pure; knows nothing of masking.
import { minFreeCharacters, wellFormed } from "./redact";

// Of a private key, what only frames it: masking that would garble text that shows no key.
const FRAME = /^-----/;
/** Members of a key file that are secret; `client_email`, `project_id` and the like are in every setup guide. */
const SECRET_MEMBER = /key|secret|token|password/i;

function membersOf(json: unknown, depth = 0): readonly string[] {
  if (typeof json !== "object" || json === null || depth > 5) return [];
  return Object.entries(json).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "string"
      ? SECRET_MEMBER.test(name)
        ? [value]
        : []
      : membersOf(value, depth + 1),
  );
}

/** What is secret in a key file, which is JSON. */
function secretsInJson(text: string): readonly string[] {
  if (!text.trimStart().startsWith("{")) return [];
  try {
    return membersOf(JSON.parse(text));
  } catch {
    return []; // the server judges the content; here it is only hidden
  }
}

/** A quotation may be of one line, or have another break between them. */
function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.length === 1) return [];
  return lines.filter((line) => line.length >= minFreeCharacters && !FRAME.test(line));
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inAscii(text: string): string {
  return text.replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** As forms, paths and strict encoders write it; `%2F` may be `%2f`. */
function inUrls(text: string): readonly string[] {
  const url = encodeURIComponent(text);
  const strict = url.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const all = [url, strict, url.replaceAll("%2F", "/"), strict.replaceAll("%20", "+")];
  return all.flatMap((one) => [one, one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

function inHtml(text: string): readonly string[] {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const quoted = escaped.replaceAll('"', "&quot;");
  return [escaped, quoted, quoted.replaceAll("'", "&#x27;"), quoted.replaceAll("'", "&#39;")];
}

function encodingsOf(text: string): readonly string[] {
  const json = inJson(text);
  const base64 = Buffer.from(text).toString("base64");
  const base64url = base64.replaceAll("+", "-").replaceAll("/", "_");
  return [
    text,
    json,
    inJson(json),
    inAscii(json),
    ...inUrls(wellFormed(text)),
    ...inHtml(text),
    ...[base64, base64url].flatMap((one) => [one, one.replace(/=+$/, "")]),
  ];
}

/** Every form, the longest first, so that a part is not masked before the whole. */
export function formsOf(secret: string): readonly string[] {
  const whole = secret.trim();
  if (whole === "") return [];
  const members = secretsInJson(whole);
  const parts = [secret, whole, ...members, ...[whole, ...members].flatMap(linesOf)];
  const forms = new Set(parts.flatMap(encodingsOf));
  return [...forms].sort((one, other) => other.length - one.length);
}
