// What must never be shown in one session with the API. Knows nothing of who shows text.
import { printable, redact } from "../redact";

export interface Secrets {
  /** From now on `secret` is masked. Too short a text is left alone: masking it would garble everything. */
  add(secret: string | undefined): void;
  /** `text` with every secret masked, on one line and of bounded length. */
  mask(text: string): string;
}

const SHORTEST = 6;

/** Held in a closure, so that an object that has one can be printed. */
export function createSecrets(first: readonly string[]): Secrets {
  const secrets = new Set<string>(first);
  return {
    add: (secret) => {
      if (secret !== undefined && secret.length >= SHORTEST) secrets.add(secret);
    },
    // Masked before it is cut short: half a secret would not be recognised.
    mask: (text) => printable(redact(text, [...secrets])),
  };
}
