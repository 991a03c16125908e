// What a preview says of a growing set: what is new, what is superseded, what stays with how many annotations, what it
// costs. Sends nothing. Without a key the state is all that is known.
import { limitNow } from "../../../src/api/connection";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import type { ManifestEntry } from "../../../src/files/manifest/manifest";
import { isAvalaError } from "../../../src/errors";
import { decideGrowth } from "../../../src/operations/grow/decide-growth";
import { planGrowth, type GrowthPlan } from "../../../src/operations/grow/growth-plan";
import {
  allToMake,
  describeBegun,
  type IncrementToMake,
} from "../../../src/operations/grow/next-increment";
import { indexedOf } from "../../../src/operations/publish/target";
import { visibilityWarning } from "../../../src/operations/publish/visibility";
import type { DatasetToSend } from "../../../src/upload/cost-given";
import { counted } from "../../../src/text";
import { landedBefore } from "../../../src/upload/landed-before";
import { advise, notCompared } from "../../process/advice";
import type { Call } from "../../process/calls";
import { textOf } from "../../process/failures";
import type { LocalSet } from "../../process/local-files";
import type { Messages } from "../../process/messages";
import type { Session } from "../../process/session";
import { growTargetOf, postponedOf, type GrowingInputs, type GrowingOutputs } from "./inputs";
import { storedOf } from "./pending";
import { knownInState, plannedInState, sinceState } from "./state";
import {
  describeGrowth,
  describePostponed,
  describeSentElsewhere,
  describeStaying,
  describeSuperseded,
  describeUnseen,
  describeUnverified,
} from "./words";

interface Preview {
  readonly session: Session;
  readonly call: Call;
  readonly inputs: GrowingInputs;
  readonly local: LocalSet;
  /** Absent for a set that is not in the state yet. */
  readonly olds?: GrowingOutputs | undefined;
}

interface Planned {
  readonly plan: GrowthPlan;
  /** What Avala has of the set; `undefined` where it was not asked. */
  readonly datasets?: readonly Dataset[] | undefined;
  /** The datasets that an `up` would make, in their order. */
  readonly makes?: readonly Made[] | undefined;
}

interface Made {
  readonly next: IncrementToMake;
  /** Of its files those that an `up` which did not end has sent. */
  readonly landed: ReadonlySet<string>;
}

/** What the state says is held, without a call. */
function planByState(
  inputs: GrowingInputs,
  local: LocalSet,
  olds: GrowingOutputs | undefined,
): GrowthPlan {
  const files = indexedOf(local.manifest.entries, inputs.dataType);
  const increments = olds?.increments ?? [];
  return planGrowth(files, plannedInState(increments), postponedOf(local, increments));
}

// Errors of which an `up` ends, and not of the look.
const REFUSALS: ReadonlySet<string> = new Set(["dataset", "conflict", "input"]);

async function planned(preview: Preview): Promise<Planned> {
  const { session, call, inputs, local, olds } = preview;
  const offline = { plan: planByState(inputs, local, olds) };
  const avala = session.avalaIfConfigured(call);
  if (avala === undefined) return offline;
  const messages = session.messages(call);
  const options = {
    // What is not created yet is not waited for in a preview.
    waitMs: () => "preview" as const,
    stateDirectory: session.stateDirectory(),
    known: knownInState(olds?.increments ?? []),
    stored: storedOf(olds?.pending),
  };
  const look = async (): Promise<Planned> => {
    const decision = await decideGrowth(avala, growTargetOf(inputs, local, olds), options);
    const { increments, plan, deleted } = decision;
    if (deleted.length > 0)
      await messages.warn(
        `${describeUnseen(deleted)}\nDeclared files that only they held are sent again.`,
      );
    const datasets = increments.map(({ dataset }) => dataset);
    const makes: Made[] = [];
    for (const next of allToMake(decision)) {
      const { name, digest, files } = next;
      const to = { datasetName: name, organizationUid: inputs.organizationUid };
      const stored = options.stored?.name === name ? options.stored : undefined;
      const set = { ...to, files, digest, stored };
      makes.push({ next, landed: await landedBefore(avala, set, options.stateDirectory) });
    }
    return { plan, datasets, makes };
  };
  const what = `What the growing set ${inputs.name} holds`;
  const found = await advise(messages, what, () =>
    look().catch(async (error: unknown) => {
      if (!isAvalaError(error) || !REFUSALS.has(error.code)) throw error;
      await messages.warn(`up will fail: ${textOf(error)}`);
      return undefined;
    }),
  );
  return found ?? offline;
}

function sendingOf(
  files: readonly ManifestEntry[],
  landed: ReadonlySet<string> = new Set(),
): DatasetToSend {
  const toSend = files.filter(({ path }) => !landed.has(path));
  return { toSend, fileCount: files.length, isSoughtBeforeConfirm: true };
}

function describeSending(
  { session, call }: Preview,
  { toSend }: GrowthPlan,
  makes: readonly Made[],
): string {
  if (toSend.length === 0) return "nothing to send";
  const [dataset = sendingOf(toSend), ...following] = makes.map(({ next, landed }) =>
    sendingOf(next.files, landed),
  );
  const landedBefore = makes.reduce((sum, { landed }) => sum + landed.size, 0);
  const avala = session.avalaIfConfigured(call);
  const set = { dataset, following, limit: avala && limitNow(avala), landedBefore };
  return session.sendingTotal.describe(call, set);
}

/** `new dataset training-0001-…`, and in which order they are made where there are several. */
function describeMakes(makes: readonly Made[]): string {
  const [only, ...others] = makes;
  if (only === undefined) return "to send";
  if (others.length === 0) return `new dataset ${only.next.name}`;
  const names = makes.map(({ next }) =>
    next.landed === undefined
      ? `${next.name}, ${counted(next.files.length, "file")}`
      : `${describeBegun(next)} (finished as an interrupted up began it)`,
  );
  return `new datasets ${names.join("; then ")}. To send`;
}

/** Of what is said without a look at Avala: what it is said by. */
function notAsked({ session, call, olds }: Preview): string {
  const hasKey = session.avalaIfConfigured(call) !== undefined;
  const text = hasKey ? "not compared with the server" : notCompared;
  return olds === undefined ? text : `by the state, ${text}`;
}

function describe(preview: Preview, { plan, datasets, makes = [] }: Planned): readonly string[] {
  const { inputs, olds } = preview;
  const changes = sinceState(plan, olds?.increments ?? []);
  const growth = describeGrowth(changes);
  const elsewhere = describeSentElsewhere(plan, datasets ?? [], olds?.increments ?? []);
  const isNothingNew = `${growth}${elsewhere}` === "" && plan.unverified.length === 0;
  const sending = describeSending(preview, plan, makes);
  const what = describeMakes(makes);
  return [
    `growing set ${inputs.name}`,
    isNothingNew ? "nothing is new: the datasets of the set hold all declared files" : growth,
    elsewhere,
    plan.toSend.length === 0 ? sending : `${what}: ${sending}`,
    describePostponed(changes),
    describeSuperseded(plan, changes.superseded.length),
    datasets === undefined ? "" : describeStaying(datasets),
    datasets === undefined ? notAsked(preview) : "",
  ].filter((line) => line !== "");
}

/** Says what an `up` would do. */
export async function previewGrowth(preview: Preview): Promise<void> {
  const found = await planned(preview);
  const messages = preview.session.messages(preview.call);
  await messages.info(describe(preview, found).join("\n"));
  await warnOfVisibility(messages, preview.inputs, found);
  for (const text of describeUnverified(found.plan)) await messages.warn(text);
}

/** Before the files are sent: a refusal would come after them. */
export async function warnOfVisibility(
  messages: Messages,
  { visibility }: GrowingInputs,
  { plan, datasets }: Pick<Planned, "datasets"> & { readonly plan: Pick<GrowthPlan, "toSend"> },
): Promise<void> {
  const text = plan.toSend.length === 0 ? undefined : visibilityWarning(visibility, datasets);
  if (text !== undefined) await messages.warn(text);
}
