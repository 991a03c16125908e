// The fourth step: wait until the server has indexed a dataset, and hold its items against the files.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/dataset-wire";
import { waitForDataset } from "../dataset";
import { compareItems, type ItemComparison } from "../item-comparison";
import { printable } from "../../redact";
import { removeUploadJournal } from "../../upload/journal/upload-journal";
import { recordVerified, recordedContent } from "./content-record";
import { requireSame } from "./refusals";
import {
  asDataType,
  destinationOf,
  digestOf,
  indexedOf,
  isNamedByContent,
  type Compared,
  type NamedFiles,
  type PublishOptions,
} from "./target";

/** Waits, and compares paths and sizes. Contents are {@link isContentKnown}'s. */
export async function compareWhenCreated(
  avala: Avala,
  found: Dataset,
  { dataset, files }: NamedFiles,
  { waitMs }: Pick<PublishOptions, "waitMs">,
): Promise<{ readonly dataset: Dataset; readonly items: ItemComparison }> {
  // Until it is created its items come one by one, so a file that is not listed yet would look missing.
  const created =
    found.status === "created"
      ? found
      : await waitForDataset(avala, found, { timeoutMs: waitMs() });
  const dataType = dataset.dataType ?? asDataType(created.dataType);
  // Without a type it can't be known which of the files should be items.
  const items =
    dataType === undefined
      ? { missing: [], extra: [], wrongSize: [], uncompared: 0 }
      : await compareItems(avala, created, indexedOf(files, dataType), {
          owner: dataset,
          waitMs: waitMs(),
        });
  if (items.doubt !== undefined) {
    avala.emit({ kind: "warning", text: `Dataset ${printable(created.name)}: ${items.doubt}.` });
  }
  return { dataset: created, items };
}

/** For later runs, which need not list the items of what was compared whole. */
export async function keepVerified(
  avala: Avala,
  { dataset, unverified }: Compared,
  target: NamedFiles,
  stateDirectory: string | undefined,
): Promise<void> {
  const digest = digestOf(target);
  const isTyped = (target.dataset.dataType ?? asDataType(dataset.dataType)) !== undefined;
  if (unverified > 0 || digest === undefined || !isTyped) return;
  await recordVerified(avala, destinationOf(target), { ...dataset, digest }, stateDirectory);
}

/** Whether the content of a dataset is known to be that of the files: by its name, or by our own record of it. */
export async function isContentKnown(
  avala: Avala,
  { uid }: Dataset,
  target: NamedFiles,
  stateDirectory: string | undefined,
): Promise<boolean> {
  if (isNamedByContent(target)) return true;
  const digest = digestOf(target);
  if (digest === undefined) return false;
  return (await recordedContent(avala, destinationOf(target), uid, stateDirectory)) === digest;
}

/**
 * Waits for a dataset that was made of `target`, compares, and removes the journal of its upload.
 * @param isKnown whether the guard of the confirm saw that its content is the files'
 * @throws AvalaError `dataset` when it does not hold exactly the files, `timeout`, `cancelled`
 */
export async function settlePublished(
  avala: Avala,
  made: Dataset,
  target: NamedFiles,
  options: PublishOptions & { readonly isKnown: boolean },
): Promise<Compared> {
  const removeJournal = (): Promise<void> =>
    removeUploadJournal(avala, destinationOf(target), options.stateDirectory);
  const all = target.files.length;
  if (options.waits === false) {
    await removeJournal();
    return { dataset: made, unverified: all };
  }
  const { dataset, items } = await compareWhenCreated(avala, made, target, options);
  // It is made, whole or not: a journal of what was sent for it would only mislead.
  await removeJournal();
  requireSame(dataset, items);
  const compared = { dataset, unverified: options.isKnown ? items.uncompared : all };
  await keepVerified(avala, compared, target, options.stateDirectory);
  return compared;
}
