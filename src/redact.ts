// What is secret and how it is masked. Everything that becomes text for people passes through here.
// Knows nothing of who writes the text.

const MASK = "***";

// The contract's key shapes ("Transport"): `avk_…` or 40 hex characters.
const KEY_SHAPES = /\bavk_[A-Za-z0-9_-]{4,}|\b[0-9a-f]{40}\b/gi;
// The query of any URL: a presigned URL carries its credential there.
const URL_QUERY = /(\bhttps?:\/\/[^\s"'<>?#]+)\?[^\s"'<>]*/gi;
const URL_CREDENTIALS = /(\bhttps?:\/\/)[^\s"'<>/@]+@/gi;

/** Masks keys, URL queries, URL credentials and each of `secrets` in `text`. Safe to call twice. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret.length > 0) masked = masked.split(secret).join(MASK);
  }
  return masked
    .replace(URL_CREDENTIALS, `$1${MASK}@`)
    .replace(URL_QUERY, `$1?${MASK}`)
    .replace(KEY_SHAPES, MASK);
}

/** Takes control characters out of text that a server or a file name brought, so that it can't start a line of its own. */
export function printable(text: string, mostCharacters = 500): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return clean.length > mostCharacters ? `${clean.slice(0, mostCharacters)}…` : clean;
}
