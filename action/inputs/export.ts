// The inputs about an export and what it must hold.
import { MAX_MINUTES, MS_PER_MINUTE, readUid, readUids, type Reader } from "./values";
import { MAX_NAME_CHARACTERS } from "../../src/api/limits";
import { QUALITY_MODES, readMinExported, type Gate } from "../../src/operations/gate";
import { bare, isNear } from "../../src/near-name";
import { printable } from "../../src/redact";
import { mustBe } from "../../src/wrong-value";

export interface ExportInputs {
  readonly source: ExportSource;
  readonly isAwaited: boolean;
  readonly downloadPath?: string | undefined;
  readonly isExtracted: boolean;
  readonly gate: GateConditions;
}

export type ExportSource =
  | { readonly kind: "existing"; readonly uid: string }
  | {
      readonly kind: "new";
      /** Whether this run's own datasets are among the sources. */
      readonly hasUploaded: boolean;
      readonly datasets: readonly string[];
      readonly projects: readonly string[];
      readonly slices: readonly string[];
      readonly format: string;
      readonly name?: string | undefined;
    };

interface GateConditions extends Gate {
  /** While the gate is closed, look again after so long; absent: look once. */
  readonly retryMs?: number | undefined;
}

const UPLOADED = "uploaded";

/** Undefined when no export is asked for. */
export function readExport(reader: Reader, hasUpload: boolean): ExportInputs | undefined {
  const source = readSource(reader, hasUpload);
  const isAwaited = reader.flag("wait-for-export");
  const isExtracted = reader.flag("extract");
  const gate: GateConditions = {
    minTasks: reader.number("gate-min-tasks", { least: 0, isWhole: true }),
    minExported: readShare(reader),
    hasNoPending: readHasNoPending(reader),
    quality: readQuality(reader),
    retryMs: readRetryMs(reader),
  };
  const downloadPath = reader.text("download-path");
  return source && { source, isAwaited, downloadPath, isExtracted, gate };
}

function readSource(reader: Reader, hasUpload: boolean): ExportSource | undefined {
  const given = readUids(reader, "export-datasets");
  const datasets = given.filter((uid) => uid !== UPLOADED);
  const projects = readUids(reader, "export-projects");
  const slices = readUids(reader, "export-slices");
  const uid = readUid(reader, "export-uid");
  const hasUploaded = datasets.length < given.length;
  // Looked up as a uid it would be refused, too, but only by the server, and without the word that was meant.
  for (const slip of datasets.filter((one) => isNear(bare(one), UPLOADED)))
    reader.refuse("export-datasets", `contains ${printable(slip)}. Did you mean ${UPLOADED}?`);
  if (hasUploaded && !hasUpload) {
    reader.refuse(
      "export-datasets",
      "contains uploaded, but nothing is uploaded; set files and dataset, or list a uid",
    );
  }
  const format = reader.text("export-format") ?? "";
  const name = reader.text("export-name");
  if (name !== undefined && name.length > MAX_NAME_CHARACTERS) {
    reader.refuse(
      "export-name",
      `is ${name.length} characters long; Avala accepts up to ${MAX_NAME_CHARACTERS}`,
    );
  }
  const hasSources = given.length + projects.length + slices.length > 0;
  if (uid === undefined) {
    if (!hasSources) return undefined;
    return { kind: "new", hasUploaded, datasets, projects, slices, format, name };
  }
  if (hasSources)
    reader.refuse(
      "export-uid",
      "names an existing export; set either it or the sources of a new one",
    );
  return { kind: "existing", uid };
}

function readShare(reader: Reader): Gate["minExported"] {
  const text = reader.text("gate-min-exported");
  if (text === undefined) return undefined;
  const found = readMinExported(text);
  if (found === undefined)
    reader.refuse("gate-min-exported", mustBe("a count such as 250 or a share such as 95%", text));
  return found;
}

/** Avala has no counts of tasks, so that none is pending is all that can be asked. */
function readHasNoPending(reader: Reader): boolean {
  const text = reader.text("gate-pending-tasks");
  if (text !== undefined && text !== "0") {
    const why = "use 0 (no pending tasks); Avala does not count them";
    reader.refuse("gate-pending-tasks", `is ${JSON.stringify(text)}; ${why}`);
  }
  return text === "0";
}

function readQuality(reader: Reader): Gate["quality"] {
  if (reader.text("gate-quality-targets") === undefined) return undefined;
  return reader.choice("gate-quality-targets", QUALITY_MODES);
}

/** A gate that is to be looked at again and again, and hardly is. */
export function rareLooks(of: ExportInputs | undefined, timeoutMs: number): readonly string[] {
  const { retryMs = 0 } = of?.gate ?? {};
  if (retryMs === 0 || retryMs < timeoutMs) return [];
  const [retry, timeout] = [retryMs, timeoutMs].map((ms) =>
    Number((ms / MS_PER_MINUTE).toFixed(3)),
  );
  return [
    `gate-retry-minutes (${retry}) is not shorter than timeout-minutes (${timeout}), so a closed gate is checked only once more, at the end. Lower gate-retry-minutes, or increase timeout-minutes.`,
  ];
}

function readRetryMs(reader: Reader): number | undefined {
  const minutes = reader.number("gate-retry-minutes", { least: 0.01, most: MAX_MINUTES });
  return minutes === undefined ? undefined : minutes * MS_PER_MINUTE;
}
