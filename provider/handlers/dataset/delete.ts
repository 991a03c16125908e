// Takes a dataset away, or leaves it at Avala and says so. What becomes of it is decided in dataset-fate.
import type { Avala } from "../../../src/api/connection";
import { deleteDataset, getDataset } from "../../../src/api/endpoints/datasets/datasets";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { requireScopes } from "../../../src/api/endpoints/permissions";
import { refOf } from "../../../src/operations/datasets/dataset-ref";
import {
  describeDataset,
  describeLeftBehind,
  hasWork,
  mayHaveWork,
  type Counts,
} from "../../../src/operations/datasets/dataset-work";
import { AvalaError, isAvalaError, isNotFound } from "../../../src/errors";
import { advise, notCompared } from "../../process/advice";
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

/** {@link readNow}, or the state's counts where the server can't be asked. */
async function readOrRecall(
  avala: Avala | undefined,
  messages: Messages,
  props: DatasetOutputs,
): Promise<Counts | "gone"> {
  if (avala === undefined) {
    await messages.info(`dataset ${props.name} (uid ${props.uid})\n${notCompared}`);
    return props;
  }
  const what = `Whether people have worked on dataset ${props.name} (uid ${props.uid})`;
  return (await advise(messages, what, () => readNow(avala, props.uid))) ?? props;
}

function inTheWay(counts: Counts, because: KeptBecause, changed: readonly string[]): AvalaError {
  const [why, hint] = IN_THE_WAY[because];
  const what = changed.length === 0 ? "" : ` Changed: ${changed.join(", ")}.`;
  return new AvalaError(
    "conflict",
    `${describeDataset(counts)} cannot be replaced by one of the same name: ${why}${what}`,
    { hint },
  );
}

export interface Replacement {
  /** `undefined` without a key. */
  readonly avala: Avala | undefined;
  readonly messages: Messages;
  readonly props: DatasetOutputs;
  /** The inputs that make it another dataset. */
  readonly changed: readonly string[];
}

/**
 * Before a replacement under the same name is begun: of one that stays the name is taken, and the replacement would end
 * half done. Where the server can't be asked the state decides, and {@link removeDataset} asks again.
 * @throws AvalaError `conflict`
 */
export async function refuseIfInTheWay(replacement: Replacement): Promise<void> {
  const { avala, messages, props, changed } = replacement;
  const counts = await readOrRecall(avala, messages, props);
  if (counts === "gone") return;
  const because = keptBecause(props, counts, false);
  if (because !== undefined) throw inTheWay(counts, because, changed);
}

/** In a preview: what becomes of the dataset that another one, of another name, takes the place of, and of people's work. */
export async function reportWhatStays(
  { avala, messages, props }: Replacement,
  { name, files }: DatasetInputs,
): Promise<void> {
  const counts = await readOrRecall(avala, messages, props);
  if (counts === "gone") return;
  const because = keptBecause(props, counts, false);
  if (because === undefined) {
    await messages.info(`${describeDataset(counts)} will be deleted if Avala supports it.`);
    return;
  }
  const by = hasUnknown(name) ? "the new one" : name;
  const growing = files === undefined ? "" : PULUMI_WORDS.growing;
  // Of several lines the engine repeats only the first one, on each row of the replacement.
  const text = `${describeKept(counts, because)}\n${describeLeftBehind([counts], { by, growing })}`;
  await (mayHaveWork([counts]) ? messages.warn(text) : messages.info(text));
}

async function reportKept(messages: Messages, counts: Counts, because: KeptBecause): Promise<void> {
  const isWished = because === "declared" || because === "held";
  const text = describeKept(counts, because);
  // Work that is left behind by a replacement is never left unsaid.
  if (!isWished || (because === "declared" && hasWork(counts))) await messages.warn(text);
  else await messages.info(text);
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
  const leave = async (counts: Counts, because: KeptBecause): Promise<void> => {
    if (mustGo) throw inTheWay(counts, because, []);
    await reportKept(messages, counts, because);
  };
  const byState = keptByState(props, isHeld);
  if (byState !== undefined) {
    const counts = await readOrRecall(avala, messages, props);
    return counts === "gone" ? undefined : leave(counts, byState);
  }
  const dataset = await readNow(avala, props.uid);
  if (dataset === "gone") return;
  const because = keptBecause(props, dataset, isHeld);
  await (because === undefined
    ? deleteNow(avala, messages, dataset, mustGo)
    : leave(dataset, because));
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
