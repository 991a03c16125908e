// Takes a dataset away, or leaves it at Avala and says so. What becomes of it is decided in dataset-fate.
import type { Avala } from "../../../src/api/connection";
import { deleteDataset, getDataset } from "../../../src/api/endpoints/datasets/datasets";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { requireScopes } from "../../../src/api/endpoints/permissions";
import { refOf } from "../../../src/operations/datasets/dataset-ref";
import {
  describeDataset,
  describeLeftBehind,
  describeUnchecked,
  describeUncheckedLeft,
  hasWork,
  mayHaveWork,
  withUid,
  type Counts,
} from "../../../src/operations/datasets/dataset-work";
import { AvalaError, isAvalaError, isNotFound } from "../../../src/errors";
import { ask, askLeaving } from "../../process/advice";
import type { Messages } from "../../process/messages";
import { hasUnknown } from "../../process/unknown";
import { IN_THE_WAY, describeKept, keptBecause, keptByState, type KeptBecause } from "./fate";
import type { DatasetInputs, DatasetOutputs } from "./inputs";
import { PULUMI_WORDS } from "../publishing";

/** The dataset as it is now: its counts in the state may be old, and people's work is what this is about. */
async function readNow(avala: Avala, uid: string): Promise<Dataset | "gone"> {
  try {
    return await getDataset(avala, uid);
  } catch (error) {
    if (isNotFound(error)) return "gone";
    throw error;
  }
}

interface Known {
  readonly counts: Counts;
  /** Why the counts are the state's, which are old: the server was not asked. */
  readonly unchecked?: string | undefined;
}

/** {@link readNow}, or the state's counts where the server can't be asked. */
async function readOrRecall(
  avala: Avala | undefined,
  props: DatasetOutputs,
  asking = ask,
): Promise<Known | "gone"> {
  const asked = await asking(avala, (session) => readNow(session, props.uid));
  if ("unchecked" in asked) return { counts: props, ...asked };
  return asked.found === "gone" ? "gone" : { counts: asked.found };
}

/** With the counts, where they are of now. */
function inWords({ counts, unchecked }: Known): string {
  return unchecked === undefined ? describeDataset(counts) : `Dataset ${withUid(counts)}`;
}

function isByWork(because: KeptBecause | undefined): boolean {
  return because === undefined || because === "work" || because === "uncounted";
}

function inTheWay(known: Known, because: KeptBecause, changed: readonly string[]): AvalaError {
  const [reason, hint] = IN_THE_WAY[because];
  const what = changed.length === 0 ? "" : ` Changed: ${changed.join(", ")}.`;
  const { counts, unchecked } = known;
  const isDoubtful = unchecked !== undefined && isByWork(because);
  const doubt = isDoubtful ? ` ${describeUnchecked(counts, unchecked)}` : "";
  // Not what Avala leaves unsaid, where it was not asked.
  const why = isDoubtful ? "it has annotations or projects, or may have some." : reason;
  return new AvalaError(
    "conflict",
    `${inWords(known)} cannot be replaced by one of the same name: ${why}${what}${doubt}`,
    { hint },
  );
}

/** Of one that is deleted unless people have worked on it, which was not checked. */
function describeGoing(
  { counts, unchecked = "" }: Known,
  { forceDestroy }: DatasetOutputs,
): string {
  const how =
    forceDestroy === true
      ? "with what people have made of it, if Avala supports it (forceDestroy is true)"
      : "if it has no annotations and no projects, and Avala supports it";
  const comma = forceDestroy === true ? "," : "";
  return `Dataset ${withUid(counts)} will be deleted${comma} ${how}.\n${describeUnchecked(counts, unchecked)}`;
}

export interface Replacement {
  /** `undefined` without a key. */
  readonly avala: Avala | undefined;
  readonly messages: Messages;
  readonly props: DatasetOutputs;
  /** The inputs that make it another dataset. */
  readonly changed: readonly string[];
  /** The engine asks for a replacement more than once. */
  readonly isFirstMention: boolean;
}

/**
 * Before a replacement under the same name is begun: of one that stays the name is taken, and the replacement would end
 * half done. Where the server can't be asked the state decides, and {@link removeDataset} asks again.
 * @throws AvalaError `conflict`
 */
export async function refuseIfInTheWay(replacement: Replacement): Promise<void> {
  const { avala, messages, props, changed, isFirstMention } = replacement;
  const known = await readOrRecall(avala, props);
  if (known === "gone") return;
  const because = keptBecause(props, known.counts, false);
  if (because !== undefined) throw inTheWay(known, because, changed);
  if (known.unchecked !== undefined && isFirstMention)
    await messages.warn(describeGoing(known, props));
}

/** In a preview: what becomes of the dataset that another one, of another name, takes the place of, and of people's work. */
export async function reportWhatStays(
  { avala, messages, props }: Replacement,
  { name, files }: DatasetInputs,
): Promise<void> {
  const known = await readOrRecall(avala, props);
  if (known === "gone") return;
  const { counts, unchecked } = known;
  const because = keptBecause(props, counts, false);
  const by = hasUnknown(name) ? "the new one" : name;
  const growing = files === undefined ? "" : PULUMI_WORDS.growing;
  if (unchecked !== undefined && isByWork(because))
    return messages.warn(describeGoing(known, props));
  if (because === undefined)
    return messages.info(`${inWords(known)} will be deleted if Avala supports it.`);
  // Of several lines the engine repeats only the first one, on each row of the replacement.
  const kept = describeKept(inWords(known), because);
  if (unchecked !== undefined)
    return messages.warn(`${kept}\n${describeUncheckedLeft(counts, unchecked, { by, growing })}`);
  const text = `${kept}\n${describeLeftBehind([counts], { by, growing })}`;
  return mayHaveWork([counts]) ? messages.warn(text) : messages.info(text);
}

async function reportKept(messages: Messages, known: Known, because: KeptBecause): Promise<void> {
  const { counts, unchecked } = known;
  const kept = describeKept(inWords(known), because);
  // The stack still has it, so nothing is left behind.
  if (because === "held") return messages.info(kept);
  if (unchecked !== undefined)
    return messages.warn(`${kept}\n${describeUnchecked(counts, unchecked)}`);
  // Work that is left behind by a replacement is never left unsaid.
  const isWished = because === "declared" && !hasWork(counts);
  return isWished ? messages.info(kept) : messages.warn(kept);
}

interface Removal {
  /** Another of its name is to be made right after: then what can't be deleted is an error, and stays in the state. */
  readonly mustGo: boolean;
  /** A resource of this run has this very dataset. */
  readonly isHeld: boolean;
}

/** @throws AvalaError when it can't be known whether it may be deleted, or the name has to be free and is not */
export async function removeDataset(
  avala: Avala,
  messages: Messages,
  props: DatasetOutputs,
  { mustGo, isHeld }: Removal,
): Promise<void> {
  const leave = async (known: Known, because: KeptBecause): Promise<void> => {
    if (mustGo) throw inTheWay(known, because, []);
    await reportKept(messages, known, because);
  };
  const byState = keptByState(props, isHeld);
  if (byState !== undefined) {
    const known = await readOrRecall(avala, props, mustGo ? ask : askLeaving);
    return known === "gone" ? undefined : leave(known, byState);
  }
  const dataset = await readNow(avala, props.uid);
  if (dataset === "gone") return;
  const because = keptBecause(props, dataset, isHeld);
  await (because === undefined
    ? deleteNow(avala, messages, dataset, mustGo)
    : leave({ counts: dataset }, because));
}

// No source of the API has a route that deletes a dataset: a server without one may say so by 403, 404 or 405.
const CANNOT_DELETE =
  "Avala does not support deleting datasets, or does not allow it with this key.";
const NOT_OFFERED: ReadonlySet<string> = new Set(["not_offered", "permission"]);

async function deleteNow(
  avala: Avala,
  messages: Messages,
  dataset: Dataset,
  mustGo: boolean,
): Promise<void> {
  // Where it is known that the key may not, another key can: it stays in the state until then.
  await requireScopes(avala, ["datasets.write"], "delete a Dataset");
  try {
    await deleteDataset(avala, await refOf(avala, dataset));
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isAvalaError(error) || !NOT_OFFERED.has(error.code)) throw error;
    if (mustGo) throw notOffered(dataset, error);
    await messages.warn(
      `${describeDataset(dataset)} stays at Avala: ${CANNOT_DELETE} It is removed from the state. To delete it, use Avala's dashboard.`,
    );
  }
}

function notOffered(dataset: Dataset, cause: AvalaError): AvalaError {
  return new AvalaError(
    "conflict",
    `${describeDataset(dataset)} cannot be replaced by one of the same name: ${CANNOT_DELETE}`,
    {
      hint: "Leave it as it is, or give the new one another name. Or delete it in Avala, then run up again.",
      cause,
    },
  );
}
