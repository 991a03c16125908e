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

interface SignedPart {
  readonly target: PutTarget;
  /** When it came, in ms since the epoch. */
  readonly sinceMs: number;
}

export interface PartSigner {
  signed(partNumber: number): Promise<SignedPart>;
  /** The next call of `signed` signs it again. */
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
  readonly reply: Promise<ReadonlyMap<number, SignedPart>>;
}

async function sign(
  { avala, signal }: Signing,
  session: string,
  partNumbers: readonly number[],
): Promise<ReadonlyMap<number, SignedPart>> {
  const targets = await signParts(avala, session, partNumbers, signal);
  const sinceMs = avala.clock.now();
  return new Map([...targets].map(([partNumber, target]) => [partNumber, { target, sinceMs }]));
}

/** `wanted`: every part that will be sent, in order. */
export function createPartSigner(
  sending: Signing,
  session: string,
  wanted: readonly number[],
): PartSigner {
  const { signing } = sending;
  const asked = new Map<number, Asked>();
  const ask = (partNumbers: readonly number[]): void => {
    const reply = sign(sending, session, partNumbers);
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
  const signedIn = async (call: Asked, partNumber: number): Promise<SignedPart | undefined> => {
    const { partNumbers, reply } = call;
    const isAlone = partNumbers.length === 1;
    const isLast = (): boolean => asked.get(partNumber) === call;
    try {
      const signed = (await reply).get(partNumber);
      if (signed !== undefined) return signed;
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
    signed: async (partNumber) => {
      for (;;) {
        const call = asked.get(partNumber);
        if (call === undefined) askFrom(partNumber);
        const signed = call && (await signedIn(call, partNumber));
        if (signed !== undefined) return signed;
      }
    },
    forget: (partNumber) => void asked.delete(partNumber),
  };
}
