// A presign that is refused (409, 410): whether that is its file's alone or the whole batch's, as another file of the set shows.
// Sends nothing.
import type { ManifestEntry } from "../files/manifest/manifest";
import { askHow } from "./send/ask";
import { fileRefused, isPresignRefused } from "./send/session-lost";
import { sendingOf, type Run } from "./state";

type Asked = Pick<ManifestEntry, "path" | "sizeBytes">;

/** One that the batch does not have yet, if any: a batch that has ended may still answer for those that it has. */
function otherOf({ batch, request }: Run, path: string): Asked | undefined {
  const { sent, unchanged, begun, failures } = batch;
  const failed = new Set(failures.map((failure) => failure.path));
  const others = request.files.filter((file) => file.path !== path && !failed.has(file.path));
  const landed = new Set([...sent, ...unchanged].map((file) => file.path));
  const missing = others.filter((file) => !landed.has(file.path));
  return missing.find((file) => !begun.has(file.path)) ?? missing[0] ?? others[0];
}

/** @throws what asking for another file throws otherwise */
export async function isRefusedAlone(run: Run, { path }: Asked): Promise<boolean> {
  const other = otherOf(run, path);
  if (other === undefined) return false;
  const { signal = new AbortController().signal } = run.avala;
  try {
    await askHow(sendingOf(run, signal), other);
    return true;
  } catch (error) {
    if (isPresignRefused(error)) return false;
    throw error;
  }
}

/** What a file has failed with: its own refusal, where the server still takes others of the set. */
export async function failureOf(run: Run, file: Asked, error: unknown): Promise<unknown> {
  if (!isPresignRefused(error)) return error;
  try {
    if (await isRefusedAlone(run, file)) return fileRefused(file.path, error.cause);
  } catch (found) {
    return found;
  }
  // By the first protocol there is no batch to give up.
  return run.batch.uid === undefined ? error.cause : error;
}
