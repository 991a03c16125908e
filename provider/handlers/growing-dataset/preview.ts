// What a preview says of a growing set: what is new, what is superseded, what stays with how many annotations, what it
// costs. Sends nothing. Without a key the state is all that is known.
import { limitNow } from "../../../src/api/connection";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { isAvalaError } from "../../../src/errors";
import { decideGrowth } from "../../../src/operations/grow/decide-growth";
import { planGrowth, type GrowthPlan } from "../../../src/operations/grow/growth-plan";
import { indexedOf } from "../../../src/operations/publish/target";
import { visibilityWarning } from "../../../src/operations/publish/visibility";
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
  /** The dataset that an `up` would make. */
  readonly next?: string | undefined;
  /** Of its files those that an `up` which did not end has sent. */
  readonly landed?: ReadonlySet<string> | undefined;
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
    const { increments, plan, next, deleted } = await decideGrowth(
      avala,
      growTargetOf(inputs, local, olds),
      options,
    );
    if (deleted.length > 0)
      await messages.warn(
        `${describeUnseen(deleted)}\nDeclared files that only they held are sent again.`,
      );
    const datasets = increments.map(({ dataset }) => dataset);
    if (next === undefined) return { plan, datasets };
    const { name, digest } = next;
    const to = { datasetName: name, organizationUid: inputs.organizationUid };
    const stored = options.stored?.name === name ? options.stored : undefined;
    const set = { ...to, files: plan.toSend, digest, stored };
    const landed = await landedBefore(avala, set, options.stateDirectory);
    return { plan, datasets, next: name, landed };
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

/** `landed`: in the dataset that it is to be, by earlier runs. */
function describeSending(
  { session, call }: Preview,
  { toSend }: GrowthPlan,
  landed: ReadonlySet<string>,
): string {
  if (toSend.length === 0) return "nothing to send";
  const left = toSend.filter(({ path }) => !landed.has(path));
  const dataset = { toSend: left, fileCount: toSend.length, isSoughtBeforeConfirm: true };
  const avala = session.avalaIfConfigured(call);
  const set = { dataset, limit: avala && limitNow(avala), landedBefore: landed.size };
  return session.sendingTotal.describe(call, set);
}

function describe(
  preview: Preview,
  { plan, datasets, next, landed = new Set() }: Planned,
): readonly string[] {
  const { session, call, inputs, olds } = preview;
  const avala = session.avalaIfConfigured(call);
  const changes = sinceState(plan, olds?.increments ?? []);
  const growth = describeGrowth(changes);
  const elsewhere = describeSentElsewhere(plan, datasets ?? [], olds?.increments ?? []);
  const isNothingNew = `${growth}${elsewhere}` === "" && plan.unverified.length === 0;
  const sending = describeSending(preview, plan, landed);
  const what = next === undefined ? "to send" : `new dataset ${next}`;
  return [
    `growing set ${inputs.name}`,
    isNothingNew ? "nothing is new: the datasets of the set hold all declared files" : growth,
    elsewhere,
    plan.toSend.length === 0 ? sending : `${what}: ${sending}`,
    describePostponed(changes),
    describeSuperseded(changes),
    datasets === undefined ? "" : describeStaying(datasets),
    avala === undefined ? notCompared : "",
  ].filter((line) => line !== "");
}

/** Says what an `up` would do. */
export async function previewGrowth(preview: Preview): Promise<void> {
  const found = await planned(preview);
  const messages = preview.session.messages(preview.call);
  await messages.info(describe(preview, found).join("\n"));
  await warnOfVisibility(messages, preview.inputs, found);
  if (found.plan.unverified.length > 0) await messages.warn(describeUnverified(found.plan));
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
