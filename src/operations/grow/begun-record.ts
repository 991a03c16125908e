// Of what each increment was begun to be made, as runs on this machine began it: a signed line for each. A journal says only
// what has landed, and a name only the digest. Worth keeping and never needed: without it, what was interrupted is begun anew
// when anything else is new.
import type { Avala } from "../../api/connection";
import { createManifest, type Manifest, type ManifestEntry } from "../../files/manifest/manifest";
import { packManifest, unpackManifest } from "../../files/manifest/packing";
import { isRecord } from "../../json";
import {
  alone,
  appendSigned,
  readSigned,
  replaceSigned,
  type SignedPlace,
} from "../../upload/journal/signed-lines";
import type { GrowTarget } from "./growth";
import { placeOf } from "./increment-record";

type OfSet = Pick<GrowTarget, "name" | "dataset">;

function placeOfBegun(avala: Avala, target: OfSet, stateDirectory: string): SignedPlace {
  const place = placeOf(avala, target, stateDirectory);
  return { ...place, folder: "begun", purpose: "record of begun increments" };
}

/** Each sha256 is a prefix. */
export interface BegunRecord extends Manifest {
  readonly number: number;
  /** When it was first begun, ms since the epoch. */
  readonly atMs: number;
}

function recordIn(value: unknown): readonly BegunRecord[] {
  if (!isRecord(value)) return [];
  const { manifest, number, atMs } = value;
  if (typeof manifest !== "string" || typeof number !== "number" || typeof atMs !== "number")
    return [];
  try {
    return [{ ...unpackManifest(manifest), number, atMs }];
  } catch {
    return []; // no version writes it
  }
}

function valueOf({ number, atMs, ...manifest }: BegunRecord): unknown {
  return { number, manifest: packManifest(manifest), atMs };
}

/** Each once, in the order in which they were begun. Empty where there is none that can be read. */
export async function readBegun(
  avala: Avala,
  target: OfSet,
  stateDirectory: string,
): Promise<readonly BegunRecord[]> {
  const values = await readSigned(avala, placeOfBegun(avala, target, stateDirectory)).catch(
    () => [],
  );
  return values.flatMap(recordIn);
}

type Named = Pick<BegunRecord, "number" | "digest">;

function isSame(one: Named, other: Named): boolean {
  return one.number === other.number && one.digest === other.digest;
}

/** Before its first byte. Never rejects: see above. */
export async function recordBegun(
  avala: Avala,
  target: OfSet,
  { number, files }: { readonly number: number; readonly files: readonly ManifestEntry[] },
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  const record = { ...createManifest(files), number, atMs: avala.clock.now() };
  const place = placeOfBegun(avala, target, stateDirectory);
  try {
    await alone(avala, place, async () => {
      const known = await readBegun(avala, target, stateDirectory);
      if (known.some((one) => isSame(one, record))) return;
      await appendSigned(avala, place, valueOf(record));
    });
  } catch {
    // The upload goes on, and says so itself where it can't write its journal either.
  }
}

/**
 * Removes these, and nothing that another run has begun meanwhile. They can't be continued any more, nor are they needed to know
 * what was made. Never rejects, and removes nothing where another run can't be kept out.
 */
export async function dropBegun(
  avala: Avala,
  target: OfSet,
  dropped: readonly BegunRecord[],
  stateDirectory: string,
): Promise<void> {
  const place = placeOfBegun(avala, target, stateDirectory);
  try {
    await alone(avala, place, async (isAlone) => {
      if (!isAlone) return;
      const begun = (await readSigned(avala, place)).flatMap(recordIn);
      const kept = begun.filter((one) => !dropped.some((other) => isSame(one, other)));
      await replaceSigned(avala, place, kept.map(valueOf));
    });
  } catch {
    // A record that stays is only read again.
  }
}
