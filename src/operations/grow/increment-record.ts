// What a growing set's datasets hold, as runs on this machine saw it: one signed line for each that was verified, so that it
// need not be listed again. Worth caching and never needed: without it the server and the store are asked.
import { canonicalBaseUrl } from "../../api/server-names";
import type { Avala } from "../../api/connection";
import { createManifest, type ManifestEntry } from "../../files/manifest/manifest";
import { packManifest, unpackManifest } from "../../files/manifest/packing";
import { isRecord } from "../../json";
import { appendSigned, readSigned, type SignedPlace } from "../../upload/journal/signed-lines";
import type { HeldEntry } from "./growth-plan";
import type { GrowTarget, KnownIncrement } from "./growth";

/** By the owner that was asked for, and not by who that is: reading it costs no call. */
export function placeOf(
  avala: Avala,
  { name, dataset }: Pick<GrowTarget, "name" | "dataset">,
  stateDirectory: string,
): SignedPlace {
  const { organizationUid, ownerName } = dataset;
  const destination = {
    baseUrl: canonicalBaseUrl(avala.baseUrl),
    owner: JSON.stringify([organizationUid, ownerName]),
    datasetName: `${name.before}{increment}`,
  };
  return { stateDirectory, folder: "increments", purpose: "record of increments", destination };
}

function isWhole(entry: HeldEntry): entry is ManifestEntry {
  return entry.sha256?.length === 64 && entry.sizeBytes !== undefined;
}

/** Never rejects: see above. */
export async function recordIncrement(
  avala: Avala,
  target: Pick<GrowTarget, "name" | "dataset">,
  { entries, ...named }: KnownIncrement,
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  try {
    const manifest = packManifest(createManifest(entries.filter(isWhole)));
    const others = entries.filter((entry) => !isWhole(entry));
    await appendSigned(avala, placeOf(avala, target, stateDirectory), {
      ...named,
      manifest,
      others,
    });
  } catch {
    // The next run asks the server.
  }
}

/** It is gone: the next run need not look for it. Never rejects. */
export async function recordDeleted(
  avala: Avala,
  target: Pick<GrowTarget, "name" | "dataset">,
  uid: string,
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  const value = { uid, isDeleted: true };
  await appendSigned(avala, placeOf(avala, target, stateDirectory), value).catch(() => undefined);
}

/** `undefined` also of an empty one: earlier versions recorded that too where a store had not answered. */
function storedIn(value: unknown): HeldEntry["stored"] {
  if (!isRecord(value) || Object.keys(value).length === 0) return undefined;
  const { sizeBytes, md5, doubtful } = value;
  return {
    ...(typeof sizeBytes === "number" && { sizeBytes }),
    ...(typeof md5 === "string" && { md5 }),
    ...((doubtful === "md5" || doubtful === "all") && { doubtful }),
  };
}

function entryIn(value: unknown): readonly HeldEntry[] {
  if (!isRecord(value) || typeof value["path"] !== "string") return [];
  const { path, as, sizeBytes, sha256, notSha256 } = value;
  const stored = storedIn(value["stored"]);
  return [
    {
      path,
      ...(typeof as === "string" && { as }),
      ...(typeof sizeBytes === "number" && { sizeBytes }),
      ...(typeof sha256 === "string" && { sha256 }),
      ...(typeof notSha256 === "string" && { notSha256 }),
      ...(stored && { stored }),
    },
  ];
}

function knownIn(value: Readonly<Record<string, unknown>>): KnownIncrement | undefined {
  const { uid, name, ownerName, number, shortDigest, manifest, others } = value;
  if (typeof uid !== "string" || typeof name !== "string") return undefined;
  if (typeof number !== "number" || typeof shortDigest !== "string") return undefined;
  if (typeof manifest !== "string") return undefined; // it is recorded as deleted
  const rest = Array.isArray(others) ? others.flatMap(entryIn) : [];
  const entries = [...unpackManifest(manifest).entries, ...rest];
  const owned = typeof ownerName === "string" ? { ownerName } : {};
  return { uid, name, number, shortDigest, entries, ...owned };
}

/** `undefined` also for one that can't be unpacked: the server is asked for that one. */
function readableIn(value: Readonly<Record<string, unknown>>): KnownIncrement | undefined {
  try {
    return knownIn(value);
  } catch {
    return undefined;
  }
}

/** By uid; of two records of one the later counts. Empty where there is none that can be read. */
export async function readIncrements(
  avala: Avala,
  target: Pick<GrowTarget, "name" | "dataset">,
  stateDirectory: string | undefined,
): Promise<ReadonlyMap<string, KnownIncrement>> {
  const known = new Map<string, KnownIncrement>();
  if (stateDirectory === undefined) return known;
  try {
    const values = await readSigned(avala, placeOf(avala, target, stateDirectory));
    const byUid = new Map<unknown, Readonly<Record<string, unknown>>>();
    for (const value of values) if (isRecord(value)) byUid.set(value["uid"], value);
    for (const value of byUid.values()) {
      const increment = readableIn(value);
      if (increment !== undefined) known.set(increment.uid, increment);
    }
  } catch {
    // The server is asked.
  }
  return known;
}
