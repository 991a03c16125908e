// An input that is given and has no effect is a wish that would be passed over in silence: an error.
import { INPUT_NAMES, INPUTS, type InputRow, type Need } from "./table";
import type { Reader } from "./values";

/** What the inputs ask for, as far as it gives others an effect. */
interface Asked {
  readonly upload: { readonly waitForDataset: boolean } | undefined;
  readonly export:
    | { readonly isExisting: boolean; readonly isAwaited: boolean; readonly hasProjects: boolean }
    | undefined;
  readonly hasDownload: boolean;
  readonly hasStatus: boolean;
}

/** Refuses each input that is given, with another value than its default, and has no effect. */
export function refuseWithoutEffect(reader: Reader, asked: Asked): void {
  for (const name of INPUT_NAMES) {
    const row: InputRow = INPUTS[name];
    if (row.needs === undefined || !reader.isGiven(name)) continue;
    const text = lackOf(row.needs, asked);
    if (text !== undefined) reader.refuse(name, text);
  }
}

// An input that is left out and one whose expression gives nothing look the same.
export const EMPTY_HINT =
  "If you set one, check the variable or output it reads: one that does not exist is empty";

const noExport = `applies to an export, but export-datasets, export-projects, export-slices and export-uid are all empty. ${EMPTY_HINT}`;

const unawaited = "needs a finished export, so wait-for-export can't be false";

/** What is missing for an input that needs `need`. */
function lackOf(need: Need, asked: Asked): string | undefined {
  const { upload, export: made, hasDownload, hasStatus } = asked;
  switch (need) {
    case "upload":
      return upload === undefined ? "applies to an upload; set files and dataset too" : undefined;
    case "export":
      return made === undefined ? noExport : undefined;
    case "new-export":
      if (made === undefined) return noExport;
      return made.isExisting
        ? "applies to a new export, but export-uid names an existing one; remove one of them"
        : undefined;
    case "finished-export":
      if (made === undefined) return noExport;
      return made.isAwaited ? undefined : unawaited;
    case "new-finished-export":
      return lackOf("new-export", asked) ?? lackOf("finished-export", asked);
    case "projects":
      if (made?.hasProjects !== true) return "applies to projects; set export-projects too";
      return made.isAwaited ? undefined : unawaited;
    case "download":
      return hasDownload ? undefined : "applies to a download; set download-path too";
    case "waiting":
      // That there is nothing to do is said of the whole.
      if (upload === undefined && made === undefined) return undefined;
      return upload?.waitForDataset === true || made?.isAwaited === true
        ? undefined
        : "applies to waiting, but this step does not wait for a dataset or an export";
    case "status":
      return hasStatus ? undefined : "applies to a commit status; set status-context too";
  }
}
