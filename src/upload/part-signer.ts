// Where the parts of one upload go: signed many at a time, and anew for a part whose own signature has expired.
import type { Avala } from "../api/connect";
import { signParts, type PutTarget } from "../api/managed-upload";
import { AvalaError } from "../errors";

// One call signs this many: few calls, and yet none is signed hours before its bytes go.
export const SIGNED_AT_ONCE = 100;

export interface PartSigner {
  target(partNumber: number): Promise<PutTarget>;
  /** The next call of `target` signs it anew. */
  forget(partNumber: number): void;
}

/** `wanted`: every part that will be sent, in order. */
export function createPartSigner(
  { avala, signal }: { readonly avala: Avala; readonly signal: AbortSignal },
  session: string,
  wanted: readonly number[],
): PartSigner {
  const signed = new Map<number, Promise<ReadonlyMap<number, PutTarget>>>();
  const ask = (numbers: readonly number[]): void => {
    const asked = signParts(avala, session, numbers, signal);
    asked.catch(() => undefined); // whoever waits for a part of it is told
    for (const partNumber of numbers) signed.set(partNumber, asked);
  };
  return {
    target: async (partNumber) => {
      if (!signed.has(partNumber)) {
        const from = wanted.indexOf(partNumber);
        ask(from < 0 ? [partNumber] : wanted.slice(from, from + SIGNED_AT_ONCE));
      }
      const target = (await signed.get(partNumber))?.get(partNumber);
      if (target === undefined)
        throw new AvalaError("bad_reply", `Part ${partNumber} is not signed.`);
      return target;
    },
    forget: (partNumber) => {
      signed.delete(partNumber);
    },
  };
}
