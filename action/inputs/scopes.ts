// Which scopes a run needs (docs/api.md, "Scopes"). Pure.
import type { Scope } from "../../src/api/scopes";
import { isGrowingTemplate } from "../../src/operations/grow/increment-name";
import type { Inputs } from "./inputs";
import type { ExportInputs } from "./export";
import type { UploadInputs } from "./upload";

const organizationScopes: readonly Scope[] = ["organizations.read"];

/** Without waiting for the dataset nothing has to be read: what can't be looked up then is a warning. */
function forUpload({ waitForDataset, dataset }: UploadInputs): readonly Scope[] {
  // What a growing set has is all that says what is new.
  return waitForDataset || isGrowingTemplate(dataset)
    ? ["datasets.read", "datasets.write"]
    : ["datasets.write"];
}

function forExport({ source, isAwaited, gate }: ExportInputs): readonly Scope[] {
  if (source.kind === "existing") return ["exports.read"];
  if (!isAwaited) return ["exports.create"];
  return [
    "exports.create",
    "exports.read",
    ...(gate.hasNoPending === true ? (["tasks.read"] as const) : []),
    ...(gate.quality === undefined ? [] : (["qc.read"] as const)),
  ];
}

/** A dry run writes nothing, and says itself what it could not read. */
export function scopesFor({
  upload,
  export: exporting,
  connection,
  isDryRun,
}: Pick<Inputs, "upload" | "export" | "connection" | "isDryRun">): readonly Scope[] {
  if (isDryRun) return [];
  return [
    ...(upload ? forUpload(upload) : []),
    // Whose a dataset is shows by the organization's name, and an input has its uid.
    ...(upload && connection.organizationUid !== undefined ? organizationScopes : []),
    ...(exporting ? forExport(exporting) : []),
  ];
}
