// What must never be shown in one session with the API. Knows nothing of who shows text.
import { MASK, printable, redact } from "../redact";
import { formsOf, minFreeCharacters } from "../secret-forms";

export interface Secrets {
  /** From now on `secret` is masked in every form that it may be quoted in. */
  readonly add: (secret: string | undefined) => void;
  /** `text` with every secret masked. */
  readonly hide: (text: string) => string;
  /** As `hide`, on one line and of bounded length. */
  readonly mask: (text: string) => string;
}

const WORD = /[\p{L}\p{N}]/u;

/** Masks `secret` where it stands by itself: inside of words so short a text stands by chance. */
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

/** Held in a closure, so that an object that has one can be printed. */
export function createSecrets(first: readonly string[] = []): Secrets {
  const known = new Set<string>();
  let free: readonly string[] = [];
  let words: readonly string[] = [];
  const add = (secret: string | undefined): void => {
    if (secret === undefined || known.has(secret)) return;
    known.add(secret);
    const forms = formsOf(secret);
    const all = new Set([...free, ...forms.filter((form) => form.length >= minFreeCharacters)]);
    free = [...all].sort((one, other) => other.length - one.length);
    words = [...new Set([...words, ...forms.filter((form) => form.length < minFreeCharacters)])];
  };
  for (const secret of first) add(secret);
  const hide = (text: string): string => words.reduce(hideWord, redact(text, free));
  return {
    add,
    hide,
    // Masked before it is cut short: half a secret would not be recognised.
    mask: (text) => printable(hide(text)),
  };
}
