// Of what each increment was begun to be made, as runs on this machine began it: a signed line for each. A journal says only
// what has landed, and a name only the digest. Worth keeping and never needed: without it, what was interrupted is begun anew
// when anything else is new.
import type { Avala } from "../../api/connection";
import type { Manifest } from "../../files/manifest/manifest";
import { createManifest, type ManifestEntry } from "../../files/manifest/manifest";
import { packManifest, unpackManifest } from "../../files/manifest/packing";
import { isRecord } from "../../json";
import {
  appendSigned,
  readSigned,
  removeSigned,
  type SignedPlace,
} from "../../upload/journal/signed-lines";
import type { GrowTarget } from "./growth";
import { placeOf } from "./increment-record";

type OfSet = Pick<GrowTarget, "name" | "dataset">;

function placeOfBegun(avala: Avala, target: OfSet, stateDirectory: string): SignedPlace {
  const place = placeOf(avala, target, stateDirectory);
  return { ...place, folder: "begun", purpose: "record of begun increments" };
}

function contentIn(value: unknown): readonly Manifest[] {
  if (!isRecord(value) || typeof value["manifest"] !== "string") return [];
  try {
    return [unpackManifest(value["manifest"])];
  } catch {
    return []; // no version writes it
  }
}

/** Each content once, the last one begun at the end; sha256 are prefixes. Empty where there is none that can be read. */
export async function readBegun(
  avala: Avala,
  target: OfSet,
  stateDirectory: string,
): Promise<readonly Manifest[]> {
  const place = placeOfBegun(avala, target, stateDirectory);
  const values = await readSigned(avala, place).catch(() => []);
  const byDigest = new Map(values.flatMap(contentIn).map((content) => [content.digest, content]));
  return [...byDigest.values()];
}

/** Before its first byte. Never rejects: see above. */
export async function recordBegun(
  avala: Avala,
  target: OfSet,
  files: readonly ManifestEntry[],
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  const content = createManifest(files);
  const known = await readBegun(avala, target, stateDirectory);
  if (known.some(({ digest }) => digest === content.digest)) return;
  const place = placeOfBegun(avala, target, stateDirectory);
  try {
    await appendSigned(avala, place, { manifest: packManifest(content) });
  } catch {
    // The upload goes on, and says so itself where it can't write its journal either.
  }
}

/** None of them can be continued any more. Never rejects. */
export async function removeBegun(
  avala: Avala,
  target: OfSet,
  stateDirectory: string,
): Promise<void> {
  await removeSigned(avala, placeOfBegun(avala, target, stateDirectory)).catch(() => undefined);
}
