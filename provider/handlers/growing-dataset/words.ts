// What is said of a growing set: what is new, what is not current any more, what stays with people's work. Pure.
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { describeChangeLines } from "../../../src/files/manifest/compare";
import {
  describeDataset,
  describeWork,
  mayHaveWork,
  withUid,
} from "../../../src/operations/datasets/dataset-work";
import type { GrowthPlan } from "../../../src/operations/grow/growth-plan";
import { printable } from "../../../src/redact";
import { counted, formatCount, listed } from "../../../src/text";

/** `+ new`, `~ changed`, `> old → new` for a file that was moved and is not sent again, `- gone`. Empty where there is none. */
export function describeGrowth({ toSend, superseded, moved }: GrowthPlan): string {
  if (toSend.length + superseded.length + moved.length === 0) return "";
  const changed = new Set(
    superseded.filter(({ why }) => why === "changed").map(({ path }) => path),
  );
  const sent = toSend.map(({ path }) => path);
  const gone = superseded.filter(({ why }) => why === "gone").map(({ path }) => path);
  return describeChangeLines([
    { sign: "+", word: "new", paths: sent.filter((path) => !changed.has(path)) },
    { sign: "~", word: "changed", paths: sent.filter((path) => changed.has(path)) },
    { sign: ">", word: "moved", paths: moved.map(({ path, to }) => `${path} → ${to}`) },
    { sign: "-", word: "gone", paths: [...new Set(gone)] },
  ]);
}

/** Declared files in datasets that the state does not have: another stack or a workflow has sent them. Empty where there are none. */
export function describeSentElsewhere(
  { current }: GrowthPlan,
  datasets: readonly Dataset[],
  inState: readonly { readonly uid: string }[],
): string {
  const known = new Set(inState.map(({ uid }) => uid));
  const others = new Map(
    datasets.filter(({ uid }) => !known.has(uid)).map((one) => [one.uid, one]),
  );
  const paths = current.filter(({ datasetUid }) => others.has(datasetUid));
  const [one, ...more] = others.values();
  if (paths.length === 0 || one === undefined) return "";
  const where =
    more.length === 0
      ? `${printable(one.name)}, which is`
      : `${counted(others.size, "dataset")} that are`;
  const files = paths.map(({ path }) => printable(path));
  return `at Avala already, in ${where} not in this stack's state: ${counted(files.length, "file")}${listed(files)}`;
}

/** What of the set is there and stays. Empty for a set that has nothing yet. */
export function describeStaying(datasets: readonly Dataset[]): string {
  if (datasets.length === 0) return "";
  const [stays, as] = datasets.length === 1 ? ["stays", "it is"] : ["stay", "they are"];
  const items = datasets.reduce((sum, { itemCount }) => sum + itemCount, 0);
  const head = `${counted(datasets.length, "dataset")} of the set, ${counted(items, "item")}, ${stays} as ${as}.`;
  return `${head} ${describeWork(datasets)}`;
}

function ofThemNew(fresh: number, all: number): string {
  if (fresh === all) return "";
  return `, ${fresh === 0 ? "none" : formatCount(fresh)} of them new`;
}

/**
 * All items of the set that are not current any more, which stay where they are.
 * @param fresh how many of them the state does not have yet
 */
export function describeSuperseded({ superseded }: GrowthPlan, fresh: number): string {
  if (superseded.length === 0) return "";
  const count = (why: string): number => superseded.filter((item) => item.why === why).length;
  const parts = [
    [count("changed"), "changed"],
    [count("gone"), "no longer declared"],
    [count("repeated"), "there twice"],
  ] as const;
  const whys = parts.flatMap(([number, word]) =>
    number === 0 ? [] : [`${formatCount(number)} ${word}`],
  );
  const head = `superseded: ${counted(superseded.length, "item")} (${whys.join(", ")})${ofThemNew(fresh, superseded.length)}`;
  const stay =
    superseded.length === 1 ? "It stays at Avala, with its" : "They stay at Avala, with their";
  return `${head}. ${stay} annotations, and in exports of the set.`;
}

/** Items whose files were left for a later run. */
export function describePostponed({ postponed }: GrowthPlan): string {
  if (postponed.length === 0) return "";
  const paths = postponed.map(({ path }) => printable(path));
  return `left for a later run: the files of ${counted(postponed.length, "item")} of the set, which stay as they are:${listed(paths)}`;
}

/** @param madeOf uids of datasets of what this `up` sent. @default none */
export function describeUnverified(
  { unverified }: Pick<GrowthPlan, "unverified">,
  madeOf: ReadonlySet<string> = new Set(),
): readonly string[] {
  const pathsWhere = (isSent: boolean): readonly string[] =>
    unverified.flatMap(({ path, datasetUid }) =>
      madeOf.has(datasetUid) === isSent ? printable(path) : [],
    );
  const [sent, held] = [pathsWhere(true), pathsWhere(false)];
  const texts: string[] = [];
  if (sent.length > 0)
    texts.push(
      `${counted(sent.length, "file")} ${sent.length === 1 ? "was" : "were"} sent, and could not be compared with what Avala holds. The next up that changes the set compares ${sent.length === 1 ? "it" : "them"} again:${listed(sent)}`,
    );
  if (held.length > 0)
    texts.push(
      `${counted(held.length, "file")} could not be compared by content, so ${held.length === 1 ? "it was" : "they were"} neither sent nor counted as unchanged:${listed(held)}`,
    );
  return texts;
}

/** Of a set with nothing to do: what an earlier `up` left open is still open. */
export function describeStillUnverified(name: string, count: number): string {
  const them = count === 1 ? "it" : "them";
  return `${counted(count, "file")} of ${name} could not be compared by content by an earlier up, so Avala may have other content. The next up that changes the set compares ${them} again.`;
}

type Named = Pick<Dataset, "name" | "uid">;

/** Increments that Avala has no more, or does not show to this key: a 404 is the same for both. */
export function describeUnseen(unseen: readonly Named[]): string {
  const isOne = unseen.length === 1;
  const lines = unseen.map(withUid);
  return `${counted(unseen.length, "dataset")} of the set ${isOne ? "is" : "are"} not at Avala, or not for this key. Unless ${isOne ? "it was" : "they were"} deleted, ${isOne ? "it stays" : "they stay"} at Avala, with all annotations:${listed(lines)}`;
}

function staying(name: string, count: number): string {
  const stay = count === 1 ? "stays" : "stay";
  return `${name}: ${counted(count, "dataset")} ${stay} at Avala: datasets that people may have annotated are not deleted.`;
}

/** What a set leaves at Avala when its resource goes. */
export function describeLeft(name: string, datasets: readonly Dataset[]): string {
  const lines = datasets.map(describeDataset);
  const work = mayHaveWork(datasets) ? ` ${describeWork(datasets)}` : "";
  return `${staying(name, datasets.length)}${work}${listed(lines)}`;
}

/** As {@link describeLeft}, of what the state has, which knows of no work. */
export function describeLeftUnchecked(
  name: string,
  datasets: readonly Named[],
  why: string,
): string {
  const [they, have] = datasets.length === 1 ? ["it", "has"] : ["they", "have"];
  return `${staying(name, datasets.length)}${listed(datasets.map(withUid))}\nHow many annotations and projects ${they} ${have} was not checked: ${why}`;
}
