// Which way a file goes: by parts what a broken link would send twice, all else by form, which costs one call (contract,
// "Rate limits").
import type { ManagedPresign } from "../api/managed-upload";
import type { Turn } from "../flow/turn";
import type { Sending, SentFile } from "./attempt";
import type { FileJournal } from "./file-journal";
import { PARTS_FROM_BYTES } from "./request";
import { sendFile } from "./send-file";
import { sendManaged } from "./send-managed";
import { digestOf, type SourceFile } from "./source";

export interface Ways {
  readonly partsFromBytes?: number | undefined;
  /** How the server takes it, where that was asked before. */
  readonly asked?: ManagedPresign | undefined;
  readonly parts: FileJournal;
  /** The turn of files that go by parts. */
  readonly turn: Turn;
}

/** Sends one file. @throws AvalaError of the last try, `file`, `file_changed`, `journal`, `cancelled` */
export async function send(sending: Sending, file: SourceFile, ways: Ways): Promise<SentFile> {
  const { partsFromBytes = PARTS_FROM_BYTES, asked, parts } = ways;
  const isByParts = asked !== undefined || file.sizeBytes >= partsFromBytes;
  const sent = isByParts ? await ways.turn(() => byParts(sending, file, ways)) : undefined;
  if (sent !== undefined) return sent;
  await parts.takeBackOthers();
  return sendFile(sending, file);
}

/** `undefined`: the server wants a form, and nothing was sent. */
async function byParts(
  sending: Sending,
  file: SourceFile,
  { asked, parts }: Ways,
): Promise<SentFile | undefined> {
  const sha256 = file.sha256 ?? (await digestOf(sending.avala.disk, file));
  return sendManaged(sending, { ...file, sha256 }, parts, asked);
}
