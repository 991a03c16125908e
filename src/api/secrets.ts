// What must never be shown in one session with the API. Knows nothing of who shows text.
import { printable, redact } from "../redact";
import { formsOf } from "../secret-forms";

export interface Secrets {
  /** From now on `secret` is masked in every form that it may be quoted in. */
  readonly add: (secret: string | undefined) => void;
  /** `text` with every secret masked. */
  readonly hide: (text: string) => string;
  /** As `hide`, on one line and of bounded length. */
  readonly mask: (text: string) => string;
}

/** Held in a closure, so that an object that has one can be printed. */
export function createSecrets(first: readonly string[] = []): Secrets {
  const known = new Set<string>();
  let forms: readonly string[] = [];
  const add = (secret: string | undefined): void => {
    if (secret === undefined || known.has(secret)) return;
    known.add(secret);
    const all = new Set([...forms, ...formsOf(secret)]);
    // So that a part is not masked before the whole.
    forms = [...all].sort((one, other) => other.length - one.length);
  };
  for (const secret of first) add(secret);
  const hide = (text: string): string => redact(text, forms);
  return {
    add,
    hide,
    // Masked before it is cut short: half a secret would not be recognised.
    mask: (text) => printable(hide(text)),
  };
}
