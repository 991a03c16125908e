// What people have made of a dataset, as counts and in words. Annotations hang on a dataset's items and no call moves them,
// so whatever takes a dataset's place says what stays behind. Pure.
import { printable } from "../../redact";
import { capital, counted, listed } from "../../text";

/** What the API or a state says of a dataset. */
export interface Counts {
  readonly name: string;
  readonly uid: string;
  readonly itemCount: number;
  /** Absent where Avala does not say, which is not none. */
  readonly annotationsCount?: number | undefined;
  readonly projectCount?: number | undefined;
}

function workOf({ annotationsCount = 0, projectCount = 0 }: Counts): readonly string[] {
  const parts: string[] = [];
  if (annotationsCount > 0) parts.push(counted(annotationsCount, "annotation"));
  if (projectCount > 0) parts.push(counted(projectCount, "project"));
  return parts;
}

export function hasWork(counts: Counts): boolean {
  return workOf(counts).length > 0;
}

/** No count is not a count of none: an older server leaves them out. */
export function isCounted({ annotationsCount, projectCount }: Counts): boolean {
  return annotationsCount !== undefined && projectCount !== undefined;
}

/** As others have named it, without what a terminal would obey. */
export function describeDataset(counts: Counts): string {
  const [name, uid] = [printable(counts.name), printable(counts.uid)];
  return `Dataset ${name} (uid ${uid}, ${[counted(counts.itemCount, "item"), ...workOf(counts)].join(", ")})`;
}

/** `training-0001-3f9a1c2e77b0 (uid 7d1cb99f)`, as {@link describeDataset}. */
export function withUid({ name, uid }: Pick<Counts, "name" | "uid">): string {
  return `${printable(name)} (uid ${printable(uid)})`;
}

/** Whether work may be left behind: what is not counted may be there. */
export function mayHaveWork(left: readonly Counts[]): boolean {
  return left.some((one) => hasWork(one) || !isCounted(one));
}

/** `12 annotations`, `at least 12 annotations`, `no annotations`; `undefined` where nothing is counted. */
function total(counts: readonly (number | undefined)[], one: string): string | undefined {
  const known = counts.filter((count) => count !== undefined);
  if (known.length === 0) return undefined;
  const sum = known.reduce((all, count) => all + count, 0);
  if (known.length < counts.length) return sum === 0 ? undefined : `at least ${counted(sum, one)}`;
  return sum === 0 ? `no ${one}s` : counted(sum, one);
}

/** What is known of the work on them together, and what is not: `They have 12 annotations and no projects.` */
export function describeWork(left: readonly Counts[]): string {
  const annotations = total(
    left.map((one) => one.annotationsCount),
    "annotation",
  );
  const projects = total(
    left.map((one) => one.projectCount),
    "project",
  );
  const [has, they] = left.length === 1 ? ["has", "it"] : ["have", "they"];
  const known = [annotations, projects].filter((text) => text !== undefined);
  const unknown = [
    ...(left.every((one) => one.annotationsCount !== undefined) ? [] : ["annotations"]),
    ...(left.every((one) => one.projectCount !== undefined) ? [] : ["projects"]),
  ];
  const sure = known.length === 0 ? "" : ` ${capital(they)} ${has} ${known.join(" and ")}.`;
  const unsure =
    unknown.length === 0
      ? ""
      : ` Avala does not say how many ${unknown.join(" and ")} ${they} ${has}.`;
  return `${sure}${unsure}`.trim();
}

/** Where Avala could not be asked: what it said before, which is not how it is now. `why` ends the text. */
export function describeUnchecked({ annotationsCount, projectCount }: Counts, why: string): string {
  const known = [total([annotationsCount], "annotation"), total([projectCount], "project")];
  const had = known.filter((text) => text !== undefined).join(" and ");
  const open = "was not checked:";
  if (had === "") return `Whether it has annotations or projects ${open} ${why}`;
  return `When this stack last read it, it had ${had}. Whether that is still so ${open} ${why}`;
}

function staysBehind(by: string, growing: string): string {
  return `do not move to ${by}, and an export of ${by} does not contain them. ${growing}`.trim();
}

/** As {@link describeLeftBehind}, of work that could not be asked for. */
export function describeUncheckedLeft(
  left: Counts,
  why: string,
  { by, growing }: { readonly by: string; readonly growing: string },
): string {
  return `${describeUnchecked(left, why)}\nAnnotations ${staysBehind(by, growing)}`;
}

/**
 * What follows for people's work when `by` takes the place of these datasets.
 * @param growing how a set that people annotate is declared, as a sentence
 */
export function describeLeftBehind(
  left: readonly Counts[],
  { by, growing }: { readonly by: string; readonly growing: string },
): string {
  const totals = describeWork(left);
  if (!mayHaveWork(left)) return totals;
  return `${totals} They ${staysBehind(by, growing)}`;
}

/** The versions that a new one takes the place of: which they are, and what people have made of them. */
export function describeEarlier(
  left: readonly Counts[],
  options: { readonly by: string; readonly growing: string },
): string {
  const { by } = options;
  const [first] = left;
  if (first === undefined) return "";
  const rest = describeLeftBehind(left, options);
  if (left.length === 1)
    return `${describeDataset(first)} stays at Avala, and ${by} takes its place. ${rest}`;
  const worked = left.filter((one) => mayHaveWork([one]));
  const head = `${counted(left.length, "earlier version")} stay at Avala, and ${by} takes their place. ${rest}`;
  return worked.length === 0 ? head : `${head}${listed(worked.map(describeDataset))}`;
}
