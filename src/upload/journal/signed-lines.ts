// Records that help and are never needed: signed lines in a file of the state folder, as a journal's. Who can write the file
// and not read the API key makes nothing count. Knows nothing of what is recorded.
import { join } from "node:path";
import type { Avala } from "../../api/connection";
import type { Destination } from "../destination";
import { fingerprint, lineKeyOf, macOf, splitLine } from "./line-signature";
import { acquireLock } from "./lock";

export interface SignedPlace {
  readonly stateDirectory: string;
  /** `confirmed`: the folder in it. */
  readonly folder: string;
  /** What the key of the lines is for: a line of one purpose says nothing for another. */
  readonly purpose: string;
  /** A line for one destination says nothing of another. */
  readonly destination: Destination;
}

function fileOf({ stateDirectory, folder, destination }: SignedPlace): string {
  return join(stateDirectory, folder, `${fingerprint(destination).slice(0, 32)}.jsonl`);
}

type Key = ReturnType<typeof lineKeyOf>;

function lineOf(key: Key, value: unknown): string {
  const text = JSON.stringify(value);
  return `${macOf(key, text)} ${text}\n`;
}

/** The line after an empty one, since half a line may stand there. Rejects with the disk's own error. */
export async function appendSigned(
  avala: Avala,
  place: SignedPlace,
  value: unknown,
): Promise<void> {
  const key = lineKeyOf(avala.keyFor(place.purpose), place.destination);
  const file = await avala.disk.openToAppend(fileOf(place));
  try {
    await file.append(`\n${lineOf(key, value)}`);
    await file.sync();
  } finally {
    await file.close();
  }
}

function valuesOf(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return []; // no version writes it
  }
}

/** What was appended with this API key, in its order; a torn line is left out. Rejects with the disk's own error. */
export async function readSigned(avala: Avala, place: SignedPlace): Promise<readonly unknown[]> {
  const data = await avala.disk.readIfPresent(fileOf(place));
  const key = lineKeyOf(avala.keyFor(place.purpose), place.destination);
  return (data?.toString("utf8").split("\n") ?? []).flatMap((line) => {
    const [mac, text = ""] = splitLine(line);
    return mac === macOf(key, text) ? valuesOf(text) : [];
  });
}

/**
 * In one step: what is killed in between leaves all of it, or all of this. Also of what another key wrote nothing stays, nor of
 * what is appended meanwhile: {@link alone} keeps that apart. Rejects with the disk's own error.
 */
export async function replaceSigned(
  avala: Avala,
  place: SignedPlace,
  values: readonly unknown[],
): Promise<void> {
  const path = fileOf(place);
  if (values.length === 0) {
    await avala.disk.remove(path);
    return;
  }
  const key = lineKeyOf(avala.keyFor(place.purpose), place.destination);
  await avala.disk.rewrite(path, values.map((value) => lineOf(key, value)).join(""));
}

// Whoever is alone is so for some ms. One that was stopped, or was killed on another machine, is not worth more.
const MAX_WAIT_MS = 5000;

/**
 * Runs `action` while no other run of this state folder does so for these lines, as far as it has found that within some seconds:
 * `isAlone` says so. Rejects as `action`.
 */
export async function alone<T>(
  avala: Avala,
  place: SignedPlace,
  action: (isAlone: boolean) => Promise<T>,
): Promise<T> {
  const ports = { ...avala, deadlineMs: avala.clock.now() + MAX_WAIT_MS };
  const request = {
    path: fileOf(place),
    what: `Waiting for another run that writes the ${place.purpose}`,
    onWait: () => undefined,
  };
  const locked = await acquireLock(ports, request).catch(() => undefined);
  const held = locked?.kind === "held" ? locked.held : undefined;
  try {
    return await action(held !== undefined);
  } finally {
    await held?.release().catch(() => undefined); // whoever finds it sees that this process has ended
  }
}
