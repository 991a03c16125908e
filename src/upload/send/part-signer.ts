// Where the parts of one upload go: signed many at a time, and again for a part whose own signature has expired.
import type { Avala } from "../../api/connection";
import { PARTS_SIGNED_AT_ONCE } from "../../api/limits";
import { signParts } from "../../api/endpoints/uploads/managed-upload";
import type { PutTarget } from "../../api/endpoints/uploads/presign";
import { AvalaError, isApiError } from "../../errors";

/** How many parts the server signs in one call, as far as a run has seen. */
export interface PartSigning {
  isOneByOne: boolean;
}

export interface PartSigner {
  target(partNumber: number): Promise<PutTarget>;
  /** The next call of `target` signs it again. */
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

/** The call by which a part was asked for last. */
interface Asked {
  readonly partNumbers: readonly number[];
  readonly reply: Promise<ReadonlyMap<number, PutTarget>>;
}

/** `wanted`: every part that will be sent, in order. */
export function createPartSigner(
  { avala, signal, signing }: Signing,
  session: string,
  wanted: readonly number[],
): PartSigner {
  const asked = new Map<number, Asked>();
  const ask = (partNumbers: readonly number[]): void => {
    const reply = signParts(avala, session, partNumbers, signal);
    reply.catch(() => undefined); // thrown where a part of it is waited for
    for (const partNumber of partNumbers) asked.set(partNumber, { partNumbers, reply });
  };
  const askFrom = (partNumber: number): void => {
    const from = wanted.indexOf(partNumber);
    const isAlone = signing.isOneByOne || from < 0;
    ask(isAlone ? [partNumber] : wanted.slice(from, from + PARTS_SIGNED_AT_ONCE));
  };
  const askAlone = (partNumber: number): void => {
    // Others of the same call may have asked for themselves by now.
    signing.isOneByOne = true;
    ask([partNumber]);
  };
  /** What one call signed for the part; where it did not, the part is asked for again, in the end by itself. */
  const targetIn = async (call: Asked, partNumber: number): Promise<PutTarget | undefined> => {
    const { partNumbers, reply } = call;
    const isAlone = partNumbers.length === 1;
    const isLast = (): boolean => asked.get(partNumber) === call;
    try {
      const target = (await reply).get(partNumber);
      if (target !== undefined) return target;
    } catch (error) {
      if (!isRefused(error) || isAlone) throw error;
      if (isLast()) askAlone(partNumber);
      return undefined;
    }
    if (isAlone) throw new AvalaError("bad_reply", `Part ${partNumber} is not signed.`);
    // A server that signs some of what is asked signs the first of it; one that does not may still sign one.
    if (isLast()) (partNumbers[0] === partNumber ? askAlone : askFrom)(partNumber);
    return undefined;
  };
  return {
    target: async (partNumber) => {
      for (;;) {
        const call = asked.get(partNumber);
        if (call === undefined) askFrom(partNumber);
        const target = call && (await targetIn(call, partNumber));
        if (target !== undefined) return target;
      }
    },
    forget: (partNumber) => {
      asked.delete(partNumber);
    },
  };
}
