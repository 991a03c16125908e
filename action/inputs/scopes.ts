// Which scopes a run needs (docs/api.md, "Scopes"). Pure.
import type { Scope } from "../../src/api/scopes";
import { isGrowingTemplate } from "../../src/operations/grow/increment-name";
import type { Inputs } from "./inputs";
import type { ExportInputs } from "./export";
import type { UploadInputs } from "./upload";

const organizationScopes: readonly Scope[] = ["organizations.read"];

/**
 * A key that may only write can upload: what can't be looked up, waited for and compared then is a warning, and the run is
 * not complete. Where something else relies on the dataset, that would end in a closed gate after the upload.
 */
function forUpload({ dataset }: UploadInputs, isReliedOn: boolean): readonly Scope[] {
  // What a growing set has is all that says what is new.
  return isReliedOn || isGrowingTemplate(dataset)
    ? ["datasets.read", "datasets.write"]
    : ["datasets.write"];
}

/** An export of what is uploaded, or a commit status that says that all is well. */
function isUploadReliedOn({
  export: exporting,
  status,
}: Pick<Inputs, "export" | "status">): boolean {
  const { source } = exporting ?? {};
  return status !== undefined || (source?.kind === "new" && source.hasUploaded);
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
  status,
  isDryRun,
}: Pick<Inputs, "upload" | "export" | "connection" | "status" | "isDryRun">): readonly Scope[] {
  if (isDryRun) return [];
  return [
    ...(upload ? forUpload(upload, isUploadReliedOn({ export: exporting, status })) : []),
    // Whose a dataset is shows by the organization's name, and an input has its uid.
    ...(upload && connection.organizationUid !== undefined ? organizationScopes : []),
    ...(exporting ? forExport(exporting) : []),
  ];
}
