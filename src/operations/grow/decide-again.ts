// What is left of a decision where other runs have added some of its files meanwhile.
import type { Avala } from "../../api/connection";
import { counted } from "../../text";
import type { GrowDecision } from "./decide-growth";
import type { GrowOptions } from "./growth";
import { inOrder, planGrowth } from "./growth-plan";
import type { Overlap } from "./meanwhile";
import { numbersOf } from "./increment-name";
import { nextName } from "./next-increment";

/** Costs no call but where the state folder has journals. What was sent under the first name stays there and is never a dataset. */
export async function decideAgain(
  avala: Avala,
  decision: GrowDecision,
  { error, came, left }: Overlap,
  options: GrowOptions,
): Promise<GrowDecision> {
  const { target, deleted, next: before } = decision;
  const increments = inOrder([...decision.increments, ...came]);
  const all = planGrowth(target.files, increments, target.postponed);
  // What can't be compared with a rival's items is sent, as it would have been had the rival come a moment later.
  const isLeft = new Set(left.map(({ path }) => path));
  const unverified = all.unverified.filter(({ path }) => !isLeft.has(path));
  const numbers = [
    ...increments.flatMap(({ number, dataset }) => numbersOf(target.name, dataset, number)),
    ...deleted.map(({ number }) => number),
    (before?.number ?? 1) - 1,
  ];
  const next = await nextName(avala, target, left, {
    numbers,
    begunAs: options.stored?.name,
    stateDirectory: options.stateDirectory,
  });
  const rest =
    left.length === 0
      ? "Nothing is left to send."
      : `What is left is sent: ${counted(left.length, "file")}.`;
  avala.emit({ kind: "warning", text: `${error.message} ${rest}` });
  return { ...decision, increments, plan: { ...all, toSend: left, unverified }, next };
}
