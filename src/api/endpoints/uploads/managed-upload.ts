// Sessions of the second upload protocol: parts are signed, and what is stored is completed (docs/api.md, "Uploading
// files"). Sends no bytes of files.
import type { ApiCall } from "../../call";
import type { Avala } from "../../connection";
import { readPutTarget, type PutTarget } from "./presign";
import { badReply, Fields } from "../../wire";

/**
 * Asks where parts go, many at once, since each call counts against the request budget. A server may sign fewer than
 * asked: who waits for the others asks again. One try, which may be repeated: whoever sends a part signs it again in each
 * of its tries.
 * @throws AvalaError `bad_reply` when none of them is signed, or others are
 */
export async function signParts(
  avala: Avala,
  session: string,
  partNumbers: readonly number[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, PutTarget>> {
  const route = "POST /datasets/manual-upload/uploads/{upload_uid}/parts/";
  const { json } = await avala.call({
    method: "POST",
    route,
    path: ["datasets", "manual-upload", "uploads", session, "parts"],
    body: { part_numbers: partNumbers },
    repeat: "safe",
    what: `sign ${partNumbers.length} parts`,
    signal,
    maxTries: 1,
  });
  const signed = new Map<number, PutTarget>();
  for (const part of Fields.of(json, route).list("parts")) {
    const fields = Fields.of(part, route, "parts");
    signed.set(fields.count("part_number", 1), readPutTarget(fields, route));
  }
  const other = [...signed.keys()].find((partNumber) => !partNumbers.includes(partNumber));
  // Numbers that are not those asked for may be of other parts: bytes would go to the wrong place.
  if (other !== undefined) throw badReply(route, `part ${other} was signed but not requested`);
  if (signed.size === 0)
    throw badReply(route, `part ${partNumbers[0] ?? 0} was requested but not signed`);
  return signed;
}

export const COMPLETE = "POST /datasets/manual-upload/uploads/{upload_uid}/complete/";

/** Ends a session whose bytes are all stored. May be repeated: a complete upload is complete. */
export async function completeUpload(
  avala: Avala,
  session: string,
  options: Pick<ApiCall, "signal" | "onEvent"> = {},
): Promise<void> {
  await avala.call({
    method: "POST",
    route: COMPLETE,
    path: ["datasets", "manual-upload", "uploads", session, "complete"],
    body: {},
    repeat: "safe",
    what: "complete an upload",
    ...options,
  });
}
