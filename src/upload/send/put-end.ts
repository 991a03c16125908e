// What the reply to a file's PUT shows of what lies at its place, where nothing is replaced. Sends nothing.
import type { Stored } from "../../api/storage/storage";
import type { AvalaError } from "../../errors";
import { NAME_BY_CONTENT } from "../../hints";
import { printable } from "../../redact";
import type { Sending } from "./attempt";
import { placeLost } from "./session-lost";
import { hostsIn, unheardAt, type MaybeDoubtful } from "../journal/doubtful-at";
import { tagOf, type PlaceTag } from "../check/place-tag";
import type { SourceFile } from "./source";
import { keptOther } from "../check/store-check";
import type { Kept, Md5 } from "../check/stores";

interface Taken {
  readonly host: string;
  readonly isOther: boolean;
  /** Something else may have gone there, or what lies there is not known. */
  readonly lost: "place" | "taken";
}

function placeTaken(
  { isNamedByContent }: Sending,
  path: string,
  { host, isOther, lost }: Taken,
): AvalaError {
  const what = isOther ? "something other than" : "an object that may not be";
  const text = `${host} already has ${what} ${printable(path)} at its place, and what lies there is not replaced.`;
  const before =
    "Other content may have been sent under this name before, or an interrupted run may have sent these files: run again where its state folder is to resume it.";
  const hint = isNamedByContent
    ? "An earlier upload of it went wrong there. Change the part of the name before the digest."
    : `${before} Choose another name, or ${NAME_BY_CONTENT}, so that each content is stored separately.`;
  return placeLost(lost, "conflict", text, { hint });
}

/** What is recorded of other content that was sent to a file's place. */
export type OtherContent = "known" | "possible" | "none";

interface PutTry {
  readonly stored: Stored;
  readonly md5: Md5;
  /** Whether what lies there was put there as this content, should there be something already. */
  readonly isOurs: boolean;
  /** Whether other content lies there, as far as is recorded. */
  readonly other: OtherContent;
}

/** @throws AvalaError `conflict` when something else lies there */
export async function keptByPut(
  sending: Sending,
  { path, sizeBytes }: SourceFile,
  { stored, md5, isOurs, other }: PutTry,
): Promise<Kept> {
  const verdict = await sending.check.judge(stored, { sizeBytes, md5 });
  if (!stored.wasThere) {
    if (verdict !== "wrong") return verdict;
    // It can't be sent again to where it may lie as it should: what lies there is looked at once the dataset is made.
    if (stored.md5 === undefined) return "unknown";
    // What lies there is not replaced in this session.
    const { message, hint } = keptOther(path, stored);
    throw placeLost("place", "storage", message, { hint });
  }
  const isOther = verdict === "wrong" || other === "known";
  if (verdict === "right" || (isOurs && !isOther)) return verdict;
  const lost = isOther || other === "possible" ? "place" : "taken";
  throw placeTaken(sending, path, { host: stored.host, isOther, lost });
}

interface PutReply {
  readonly stored: Stored;
  readonly kept: Kept;
}

/** The stores that have not shown that they keep it: of what was there before, also those that had not when it was sent. */
export function doubtfulAfterPut(
  { stored: { host, etag, wasThere }, kept }: PutReply,
  before: MaybeDoubtful = {},
): readonly string[] {
  const now = kept === "doubtful" ? [etag === undefined ? unheardAt(host) : host] : [];
  return wasThere && kept !== "right" ? [...new Set([...hostsIn(before), ...now])] : now;
}

interface PutEnd extends PutReply {
  /** Whether runs of other content may send to the same place. */
  readonly isShared: boolean;
}

/** What the store called it, where what lies there is looked at once the dataset is made. */
export function tagOfPut(
  { check, isNamedByContent }: Sending,
  { stored, kept, isShared }: PutEnd,
): PlaceTag | undefined {
  // Under a name of the content no run replaces it, and its tag serves to know what the store's ETags are.
  const isTagged = isNamedByContent ? kept === "right" : isShared;
  const isOdd = stored.etag === undefined && check.givesEtags(stored.host);
  const isUnshown = stored.wasThere
    ? kept !== "right"
    : kept === "unknown" && (isOdd || check.returnsMd5(stored.host));
  return isTagged || isUnshown ? tagOf(stored, kept) : undefined;
}
