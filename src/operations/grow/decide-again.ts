// What is left of a decision where other runs have added some of its files meanwhile, and where one of its increments is made.
import type { Avala } from "../../api/connection";
import { counted, countedOf } from "../../text";
import type { ManifestEntry } from "../../files/manifest/manifest";
import type { GrowDecision } from "./decide-growth";
import type { GrownSet } from "./grown";
import type { GrowOptions } from "./growth";
import { inOrder, planGrowth, type GrowthPlan } from "./growth-plan";
import type { Overlap } from "./meanwhile";
import { numbersOf } from "./increment-name";
import { toMakeOf, type ToMakeTerms } from "./next-increment";
import { reportAbandoned } from "./report-abandoned";

/** What can't be compared with a rival's items is sent, as it would have been had the rival come a moment later. */
function planOfLeft(all: GrowthPlan, left: readonly ManifestEntry[]): GrowthPlan {
  const isLeft = new Set(left.map(({ path }) => path));
  const unverified = all.unverified.filter(({ path }) => !isLeft.has(path));
  return { ...all, toSend: left, unverified };
}

/** `from`: the number that was to be the next one. */
function termsOf(
  { target, increments, deleted }: Pick<GrowDecision, "target" | "increments" | "deleted">,
  from: number,
  { stored, stateDirectory }: GrowOptions,
): ToMakeTerms {
  const numbers = [
    ...increments.flatMap(({ number, dataset }) => numbersOf(target.name, dataset, number)),
    ...deleted.map(({ number }) => number),
    from - 1,
  ];
  return { numbers, stored, stateDirectory };
}

/** Costs no call but where the state folder has journals. What was sent under the first name stays there and is never a dataset. */
export async function decideAgain(
  avala: Avala,
  decision: GrowDecision,
  { error, came, left }: Overlap,
  options: GrowOptions,
): Promise<GrowDecision> {
  const { target, next: before } = decision;
  const increments = inOrder([...decision.increments, ...came]);
  const again = { ...decision, increments };
  const all = planGrowth(target.files, increments, target.postponed);
  const from = before?.number ?? 1;
  const terms = termsOf(again, from, options);
  const { next, later, abandoned } = await toMakeOf(avala, target, left, terms);
  const rest =
    left.length === 0
      ? "Nothing is left to send."
      : `What is left is sent: ${counted(left.length, "file")}.`;
  avala.emit({ kind: "warning", text: `${error.message} ${rest}` });
  const plan = planOfLeft(all, left);
  reportAbandoned(avala, target, plan, abandoned);
  return { ...again, plan, next, later };
}

/** What is left where the first increment of a decision is made. Costs no call, as {@link decideAgain}. */
export async function decideRest(
  avala: Avala,
  decision: GrowDecision,
  { increments, plan: now }: Pick<GrownSet, "increments" | "plan">,
  options: GrowOptions,
): Promise<GrowDecision> {
  const { later: before } = decision;
  const isHeld = new Set(now.current.map(({ path }) => path));
  const files = before.flatMap((one) => one.files);
  const left = files.filter(({ path }) => !isHeld.has(path));
  const rest = { ...decision, increments };
  const terms = termsOf(rest, before[0]?.number ?? 1, options);
  const { next, later } = await toMakeOf(avala, decision.target, left, terms);
  const came = files.length - left.length;
  if (came > 0) {
    const text = `Other runs have added ${countedOf(came, files.length, "file")} that ${files.length === 1 ? "was" : "were"} to follow.`;
    avala.emit({ kind: "warning", text });
  }
  return { ...rest, plan: planOfLeft(now, left), next, later };
}
