// The batch that is to be confirmed, and whether the files are known to lie in it, as far as the journal shows that: another
// process may have sent them, and runs of other content may have sent to the same places since.
import type { Avala } from "../../api/connection";
import { AvalaError } from "../../errors";
import { resolveDestination } from "../../upload/destination";
import { batchToResume, batchUid } from "../../upload/journal/batch";
import { readJournal } from "../../upload/journal/journal";
import type { Records } from "../../upload/journal/journal-lines";
import { heldInBatch } from "../../upload/journal/rivals";
import { placeOf } from "../../upload/journal/upload-journal";
import { listed, shown } from "../../text";
import type { SentBatch } from "./confirm-batch";
import { CORE_WORDS, sentByAnother, type Words } from "./refusals";
import {
  destinationOf,
  digestOf,
  isNamedByContent,
  type NamedFiles,
  type PublishOptions,
} from "./target";

/** Files that were sent, and their batch. */
export interface SentFiles extends NamedFiles {
  /**
   * The batch that the files were sent in, without a uid by the first protocol. @default found out by the journal and by
   * the digest, which name it
   */
  readonly batch?: SentBatch | undefined;
  /** Whether this very run sent all of it. Else the journal of the destination is all that shows what lies there. */
  readonly isSentNow: boolean;
}

interface BatchToConfirm {
  readonly batch: SentBatch;
  /** Whether all files are known to lie in it as they were sent. */
  readonly isHeld: boolean;
  /** Why a dataset of it would not be what was sent, or might not be: others lie there, or some may be in another batch. */
  readonly refusal: AvalaError | undefined;
}

/** What is recorded of the destination, where that is needed and can be read. */
async function recordsOf(
  avala: Avala,
  sent: SentFiles,
  stateDirectory: string | undefined,
): Promise<Records | undefined> {
  const isNeeded = sent.batch === undefined || !sent.isSentNow || !isNamedByContent(sent);
  if (stateDirectory === undefined || !isNeeded) return undefined;
  const place = await placeOf(avala, destinationOf(sent), stateDirectory);
  return readJournal(place).catch(() => undefined);
}

async function batchOf(
  avala: Avala,
  sent: SentFiles,
  records: Records | undefined,
): Promise<SentBatch> {
  if (sent.batch !== undefined) return sent.batch;
  const digest = digestOf(sent);
  if (digest === undefined) return { uid: undefined };
  const base = batchUid(await resolveDestination(avala, destinationOf(sent)), digest);
  return { uid: batchToResume(base, sent.files, { records }) };
}

/** What lies where is not known, so that a dataset of this batch might lack them. */
function sentInAnother(name: string, paths: readonly string[]): AvalaError {
  return new AvalaError(
    "conflict",
    `Files of ${name} were sent in another upload since, or were about to be, and may be missing from this one, so nothing was confirmed:${listed(paths.map(shown))}`,
    { hint: "Run again where the files are: those are sent again then." },
  );
}

function refusalOf(
  { dataset: { name }, isSentNow }: SentFiles,
  { others, moved }: Pick<ReturnType<typeof heldInBatch>, "others" | "moved">,
  words: Words,
): AvalaError | undefined {
  if (others.length > 0) return sentByAnother(name, others, words);
  return moved.length > 0 && !isSentNow ? sentInAnother(name, moved) : undefined;
}

export async function batchToConfirm(
  avala: Avala,
  sent: SentFiles,
  { stateDirectory, words = CORE_WORDS }: Pick<PublishOptions, "stateDirectory" | "words">,
): Promise<BatchToConfirm> {
  const records = await recordsOf(avala, sent, stateDirectory);
  const batch = await batchOf(avala, sent, records);
  const isNamed = isNamedByContent(sent);
  // Without a list of the files there is nothing to hold against it.
  if (records === undefined || sent.files.length === 0)
    return { batch, isHeld: isNamed || sent.isSentNow, refusal: undefined };
  const { others, moved, unknown } = heldInBatch(batch.uid, sent.files, records);
  // Other content has another name.
  const refusal = refusalOf(sent, { others: isNamed ? [] : others, moved }, words);
  return { batch, isHeld: isNamed || sent.isSentNow || unknown.length === 0, refusal };
}
