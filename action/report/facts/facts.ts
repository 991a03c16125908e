// What a run was asked, did and met, in one structure: the summary and report.json are two forms of it. Pure.
import type { ManifestEntry } from "../../../src/files/manifest/manifest";
import { describeLeftOut } from "../../../src/files/left-out";
import { counted } from "../../../src/text";
import type { Results } from "../results";
import type { CallCounts, Limit } from "./calls";
import type { GivenInput } from "./given-inputs";
import { helpUrl, resourceUrl } from "./links";
import { rowsOf, totalsOf, type Row, type Totals } from "./rows";
import type { Step } from "./step";
import type { TimeSpent } from "./times";
import { topWith } from "./top-files";

export interface Facts {
  readonly results: Readonly<Results>;
  readonly step: Step;
  readonly inputs: readonly GivenInput[];
  readonly rows: readonly Row[];
  readonly totals: Totals;
  readonly time: TimeSpent;
  readonly calls: CallCounts & { readonly limit?: Limit | undefined };
  readonly largest: readonly ManifestEntry[];
  /** A line for each reason. */
  readonly leftOut: readonly string[];
  readonly exportUrl?: string | undefined;
  /** What the docs say of the error that ended the run. */
  readonly helpUrl?: string | undefined;
}

/** What is known besides the results. */
interface Circumstances {
  readonly step: Step;
  readonly inputs: readonly GivenInput[];
}

export function factsOf(results: Results, { step, inputs }: Circumstances): Facts {
  const { baseUrl, export: made, error, limit } = results;
  const rows = rowsOf(results);
  return {
    results,
    step,
    inputs,
    rows,
    totals: totalsOf(rows),
    time: results.times.spent(),
    calls: { ...results.calls.counts(), limit },
    largest: largestOf(results.selection?.manifest.entries ?? []),
    leftOut: leftOutOf(results),
    exportUrl: resourceUrl(baseUrl, "exports", made?.uid),
    helpUrl: error?.code === undefined ? undefined : helpUrl(results.outcome, error.code),
  };
}

function largestOf(entries: readonly ManifestEntry[]): readonly ManifestEntry[] {
  return entries.reduce<readonly ManifestEntry[]>(
    (top, entry) => topWith(top, entry, ({ sizeBytes }) => sizeBytes),
    [],
  );
}

function leftOutOf({ selection }: Results): readonly string[] {
  if (selection === undefined) return [];
  const { hiddenLeftOut: hidden, leftOut } = selection.fileSet;
  const hiddenText = `${counted(hidden, "hidden file")}: include-hidden-files is false`;
  return [
    ...(hidden > 0 ? [hiddenText] : []),
    ...describeLeftOut(leftOut),
    ...selection.leftOutFolders,
  ];
}
