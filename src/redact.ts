// What is secret and how it is masked. Everything that becomes text for people passes through here.
// Knows nothing of who writes the text.

const MASK = "***";

// The contract's key shapes ("Transport"): `avk_…` or 40 hex characters.
const KEY_SHAPES = /\bavk_[A-Za-z0-9_-]{4,}|\b[0-9a-f]{40}\b/gi;
// The query of any URL: a presigned URL carries its credential there.
const URL_QUERY = /(\bhttps?:\/\/[^\s"'<>?#]+)\?[^\s"'<>]*/gi;
const URL_CREDENTIALS = /(\bhttps?:\/\/)[^\s"'<>/@]+@/gi;

/** A shorter secret stands in other words by chance, so it is masked only where it stands by itself. */
export const minFreeCharacters = 6;
/** A shorter one is a word of most sentences ("a"), and no service's key: to mask it would only garble them. */
const minSecretCharacters = 3;

const WORD = /[\p{L}\p{N}]/u;

/** Masks `secret` where it stands by itself. */
function hideWord(text: string, secret: string): string {
  let hidden = "";
  let from = 0;
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) {
    if (at < from) continue;
    const end = at + secret.length;
    if (WORD.test(text.charAt(at - 1)) || WORD.test(text.charAt(end))) continue;
    hidden += text.slice(from, at) + MASK;
    from = end;
  }
  return hidden + text.slice(from);
}

function hideSecret(text: string, secret: string): string {
  if (secret.length >= minFreeCharacters) return text.replaceAll(secret, () => MASK);
  return secret.length < minSecretCharacters ? text : hideWord(text, secret);
}

/** Masks keys, URL queries, URL credentials and each of `secrets` in `text`. Safe to call twice. */
export function redact(text: string, secrets: readonly string[] = []): string {
  const hidden = secrets.reduce(hideSecret, text);
  // Most texts are short and have none.
  const urlsHidden = hidden.includes("://")
    ? hidden.replace(URL_CREDENTIALS, `$1${MASK}@`).replace(URL_QUERY, `$1?${MASK}`)
    : hidden;
  return urlsHidden.replace(KEY_SHAPES, () => MASK);
}

/**
 * Text that every encoding can carry: a lone surrogate, half of a character that UTF-8 can't carry and that makes gRPC and
 * `encodeURI` fail, becomes the replacement character.
 */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

// What moves a terminal's cursor, starts a line, turns the direction of the text that follows it, or is there and can't be
// seen: two names that look alike would be two. Joiners go too, from what is printed only.
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+/g;

/** Takes control characters out of text that a server or a file name brought, so that it can't start a new line. */
export function printable(text: string, maxCharacters = 500): string {
  const clean = wellFormed(text).replace(CONTROL, " ").trim();
  return clean.length > maxCharacters ? `${wellFormed(clean.slice(0, maxCharacters))}…` : clean;
}

/** Text of several lines without control characters but the breaks between them. Indents stay. */
export function printableLines(text: string): string {
  return wellFormed(text)
    .split("\n")
    .map((line) => line.replace(CONTROL, " ").trimEnd())
    .join("\n");
}
