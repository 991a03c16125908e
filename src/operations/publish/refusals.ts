// What a publish refuses, in words that both front ends use. Decides nothing.
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { ConfirmInput } from "../../api/endpoints/uploads/manual-upload";
import { AvalaError, isApiError, type ApiError } from "../../errors";
import { namedFields } from "../../api/reply/refused-fields";
import type { Avala } from "../../api/connection";
import { printable } from "../../redact";
import { reworded } from "../../reworded";
import { counted, formatCount, listed, shown } from "../../text";
import { VISIBILITY_HINT } from "./visibility";
import type { ItemComparison } from "../items/item-comparison";

/** What users of a front end write: as sentences that stand in a hint. */
export interface Words {
  /** How each content gets a dataset version. */
  readonly version: string;
  /** How a dataset that exists is taken as it is. */
  readonly takeOver: string;
  /** How a change adds a dataset of what is new, in one sentence. */
  readonly grow: string;
  /** How a set that people annotate is declared, so that its datasets stay where their annotations are. */
  readonly growing: string;
}

export const CORE_WORDS: Words = {
  version:
    "Put the digest of the files into the name (datasetVersionName) to make a dataset version of each content.",
  takeOver: 'ifExists: "verify" accepts a dataset that holds exactly these files.',
  grow: "Or grow the set (growingName): each change then adds a dataset of what is new.",
  growing:
    "If people annotate this set, grow it instead: each change then adds a dataset of what is new.",
};

interface Refusing {
  readonly words: Words;
  /** Whether files were sent under the name before this was known. */
  readonly isSent: boolean;
  /** Of these those that may have replaced files of the dataset. */
  readonly sentOver?: readonly string[] | undefined;
}

/** That another run made the dataset meanwhile, and what this one may have done to it: after the list of what differs. */
function overwritten(sentOver: readonly string[] = []): string {
  if (sentOver.length === 0) return "";
  const files =
    sentOver.length === 1
      ? "1 file that this run sent"
      : `Up to ${formatCount(sentOver.length)} files that this run sent`;
  return `\nAnother run made it while this one was sending. ${files} may lie in the place of its files:${listed(sentOver.map(shown))}`;
}

/** The same where nothing differs: what it was made of can't be known any more. */
export function reportSentOver(
  avala: Pick<Avala, "emit">,
  { name }: Dataset,
  sentOver: readonly string[],
): void {
  if (sentOver.length === 0) return;
  const count = sentOver.length === 1 ? "counts" : "count";
  const text = `Another run made the dataset ${printable(name)} while this one was sending. ${counted(sentOver.length, "file")} that this run sent may have replaced other content of it, and ${count} as not compared. Where the other run sent the same files, running again compares them:${listed(sentOver.map(shown))}`;
  avala.emit({ kind: "warning", text });
}

function ending(isSent: boolean): string {
  return isSent ? "" : " Nothing was sent.";
}

function waysOut({ words, isSent }: Refusing): string {
  return `A dataset is made once, and nothing can be added to it. ${words.version} ${words.grow} Or choose another name.${ending(isSent)}`;
}

type Differences = Pick<ItemComparison, "missing" | "wrongSize" | "extra" | "lost" | "surplus"> & {
  /** Of the same size, and of other content. */
  readonly others?: readonly string[];
};

export function hasDifference(differences: Differences): boolean {
  const { missing, wrongSize, extra, lost, surplus } = differences;
  if (lost !== undefined || surplus !== undefined) return true;
  return missing.length + wrongSize.length + extra.length > 0;
}

// As many as a list shows.
const MAX_NAMED = 10;

/** Of each kind some first, so that none is counted among those that are not named. */
function someOfEach(kinds: readonly (readonly string[])[]): readonly string[] {
  const all = kinds.flat();
  if (all.length <= MAX_NAMED) return all;
  const share = Math.floor(MAX_NAMED / kinds.filter((kind) => kind.length > 0).length);
  return [
    ...kinds.flatMap((kind) => kind.slice(0, share)),
    ...kinds.flatMap((kind) => kind.slice(share)),
  ];
}

function describeDifferences(differences: Differences): string {
  const { missing, wrongSize, extra, others = [], lost, surplus } = differences;
  const proven = [lost, surplus].flatMap((text) => text ?? []);
  return listed(
    someOfEach([
      proven,
      missing.map((path) => `${shown(path)}: not in the dataset`),
      wrongSize.map((path) => `${shown(path)}: of another size in the dataset`),
      others.map((path) => `${shown(path)}: of other content in the dataset`),
      extra.map((path) => `${shown(path)}: in the dataset, and not among these files`),
    ]),
    MAX_NAMED,
  );
}

export function otherFilesError(
  { name, uid }: Dataset,
  items: Differences,
  refusing: Refusing,
): AvalaError {
  return new AvalaError(
    "conflict",
    `The dataset ${name} exists (uid ${uid}) but does not hold exactly these files:${describeDifferences(items)}${overwritten(refusing.sentOver)}`,
    { hint: waysOut(refusing) },
  );
}

/** A version's name is its content's, so what differs is missing or was left there, and no other name would help. */
export function brokenVersion(
  { name, uid }: Dataset,
  items: Differences,
  isSent: boolean,
): AvalaError {
  return new AvalaError(
    "conflict",
    `The dataset version ${name} exists (uid ${uid}) but does not hold exactly its files:${describeDifferences(items)}`,
    {
      hint: `A dataset version can't be added to. Delete it in Avala and run again, or change the part of the name before the digest.${ending(isSent)}`,
    },
  );
}

/** Its paths and sizes may be the same: what was sent for it is known to be something else. */
export function madeOfOthers(
  { name, uid }: Dataset,
  changes: string,
  refusing: Refusing,
): AvalaError {
  const lines = changes === "" ? "." : `:\n${changes}`;
  return new AvalaError(
    "conflict",
    `The dataset ${name} exists (uid ${uid}) but was made of other content${lines}${overwritten(refusing.sentOver)}`,
    { hint: waysOut(refusing) },
  );
}

export function existsAlready(
  { name, uid, itemCount }: Dataset,
  { words, isSent, sentOver }: Refusing,
  isVersion = false,
): AvalaError {
  const way = isVersion ? "Its name identifies these files' content." : words.version;
  const items = counted(itemCount, "item");
  const text = `The dataset ${name} exists already (uid ${uid}, ${items}).${overwritten(sentOver)}`;
  return new AvalaError("conflict", text, {
    hint: `${words.takeOver} ${way} Or choose another name.${ending(isSent)}`,
  });
}

export function sentByAnother(name: string, paths: readonly string[], words: Words): AvalaError {
  return new AvalaError(
    "conflict",
    `Another run sent other content under the name ${name}, so nothing was confirmed:${listed(paths.map(shown))}`,
    {
      hint: `Send the files again once no other run sends under this name, or choose another name. ${words.version}`,
    },
  );
}

/** Its name is taken, and the key may not read: whose dataset that is can't be known. */
export function unreadableDatasetError(
  name: string,
  isNamedByContent: boolean,
  refusal: AvalaError,
): AvalaError {
  const guess = isNamedByContent
    ? "Its name identifies these files' content, so most likely an earlier run made it of them and lost the response"
    : "An earlier run whose response was lost may have made it of these files, or another run made it of other files";
  return new AvalaError(
    "conflict",
    `The dataset ${name} exists already, and this key cannot check whether it holds these files: ${refusal.message}`,
    {
      hint: `${guess}: check in the dashboard, or give the key the scope datasets.read, so that a run can check.`,
      cause: refusal,
    },
  );
}

/** The server made no dataset of what was sent: the name or slug is taken, or a field is not allowed. */
export function notMade({ name, slug }: ConfirmInput, error: ApiError): AvalaError {
  const hint =
    error.code === "conflict"
      ? `The name or the slug ${slug} is taken, by you or by someone else: choose another name or slug.`
      : namedFields(error, ["visibility"]).length > 0
        ? VISIBILITY_HINT
        : undefined;
  return reworded(error, { message: `Avala made no dataset ${name}: ${error.message}`, hint });
}

/** Whether the server refused to make it, for a reason that {@link notMade} explains. */
export function isRefusalToMake(error: unknown): error is ApiError {
  return isApiError(error) && (error.code === "conflict" || error.code === "validation");
}

/** @throws AvalaError `dataset` when it does not hold exactly what was sent */
export function requireSame({ name, uid }: Dataset, items: Differences): void {
  if (!hasDifference(items)) return;
  const lacks = items.lost !== undefined || items.missing.length + items.wrongSize.length > 0;
  const what = lacks
    ? "does not hold what was sent"
    : "also holds files that this run did not send";
  throw new AvalaError(
    "dataset",
    `The dataset ${name} was made (uid ${uid}) but ${what}:${describeDifferences(items)}`,
    {
      hint: lacks
        ? "Look at its health in the dashboard; if the files stay missing, upload them under another name."
        : "Another run left them under this name, and the API cannot delete them: upload under another name.",
    },
  );
}

/** Other content than was sent lies in the places of its files by now. */
export function otherContentLies(
  { name, uid }: Dataset,
  paths: readonly string[],
  {
    words: { version },
    isNamedByContent,
  }: { readonly words: Words; readonly isNamedByContent: boolean },
): AvalaError {
  const differences = { missing: [], wrongSize: [], extra: [], others: paths };
  return new AvalaError(
    "dataset",
    `The dataset ${name} was made (uid ${uid}) but holds other content than this run sent:${describeDifferences(differences)}`,
    {
      hint: isNamedByContent
        ? "An upload of these files went wrong, and what it left is not replaced. Delete the dataset in Avala, and change the part of the name before the digest."
        : `Another run sends under this name, and files of both are in the same place, or storage has kept something else than it was sent. Delete the dataset in Avala, and send the files once no other run does, or under another name. ${version}`,
    },
  );
}
