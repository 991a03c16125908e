// Where the parts of one upload go: signed many at a time, and anew for a part whose own signature has expired.
import type { Avala } from "../../api/connection";
import { PARTS_SIGNED_AT_ONCE } from "../../api/limits";
import { signParts } from "../../api/endpoints/managed-upload";
import type { PutTarget } from "../../api/endpoints/presign";
import { AvalaError, isApiError } from "../../errors";

/** How many parts the server signs in one call, as far as a run has seen. */
export interface PartSigning {
  isOneByOne: boolean;
}

export interface PartSigner {
  target(partNumber: number): Promise<PutTarget>;
  /** The next call of `target` signs it anew. */
  forget(partNumber: number): void;
}

interface Signing {
  readonly avala: Avala;
  readonly signal: AbortSignal;
  readonly signing: PartSigning;
}

/** Whether the server refused what was asked (400, 422), as one does that signs one part a call. */
function isRefused(error: unknown): boolean {
  return isApiError(error) && (error.status === 400 || error.status === 422);
}

/** `wanted`: every part that will be sent, in order. */
export function createPartSigner(
  { avala, signal, signing }: Signing,
  session: string,
  wanted: readonly number[],
): PartSigner {
  const signed = new Map<number, Promise<ReadonlyMap<number, PutTarget>>>();
  /** With how many others each part was asked for last. */
  const asked = new Map<number, number>();
  const ask = (numbers: readonly number[]): void => {
    const reply = signParts(avala, session, numbers, signal);
    reply.catch(() => undefined); // whoever waits for a part of it is told
    for (const partNumber of numbers) {
      signed.set(partNumber, reply);
      asked.set(partNumber, numbers.length);
    }
  };
  const askFrom = (partNumber: number): void => {
    const from = wanted.indexOf(partNumber);
    const isAlone = signing.isOneByOne || from < 0;
    ask(isAlone ? [partNumber] : wanted.slice(from, from + PARTS_SIGNED_AT_ONCE));
  };
  const askAlone = async (
    partNumber: number,
    error: unknown,
  ): Promise<ReadonlyMap<number, PutTarget>> => {
    if (!isRefused(error) || asked.get(partNumber) === 1) throw error;
    signing.isOneByOne = true;
    // Others of the same call may have asked for themselves by now.
    ask([partNumber]);
    return signed.get(partNumber) ?? new Map<number, PutTarget>();
  };
  return {
    target: async (partNumber) => {
      if (!signed.has(partNumber)) askFrom(partNumber);
      const together = signed.get(partNumber);
      const target = (await together?.catch((error: unknown) => askAlone(partNumber, error)))?.get(
        partNumber,
      );
      if (target === undefined)
        throw new AvalaError("bad_reply", `Part ${partNumber} is not signed.`);
      return target;
    },
    forget: (partNumber) => {
      signed.delete(partNumber);
    },
  };
}
