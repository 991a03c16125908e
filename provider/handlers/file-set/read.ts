// A file set read back: from the state, or by its dataset when the state has nothing (`FileSet.get`).
import type { dynamic } from "@pulumi/pulumi";
import { findDataset } from "../../../src/operations/datasets/dataset";
import type { DataType } from "../../../src/files/media";
import type { Session } from "../../process/session";
import type { FileSetOutputs } from "./inputs";

const VERSION_NAME = /-[0-9a-f]{12}$/;

/**
 * The API has no call that lists stored files, so what the state says of a set stands. A set that was made elsewhere is
 * known only by its dataset: its counts, and not what is in its files.
 */
export async function readStoredFileSet(
  session: Session,
  id: string,
  props: FileSetOutputs | undefined,
): Promise<dynamic.ReadResult<FileSetOutputs>> {
  if (props?.manifest !== undefined) return { id, props };
  const organizationUid = session.organizationUid();
  const dataset = await findDataset(session.avala({}), { name: id, organizationUid });
  if (dataset === undefined) return { id: "" };
  const outputs: FileSetOutputs = {
    root: "",
    versionOf: id.replace(VERSION_NAME, ""),
    contents: {},
    datasetName: id,
    isVersion: VERSION_NAME.test(id),
    uploadUid: "",
    digest: "",
    dataType: (dataset.dataType ?? "") as DataType | "",
    organizationUid: organizationUid ?? "",
    fileCount: dataset.itemCount,
    totalBytes: dataset.sizeBytes ?? 0,
    indexedCount: dataset.itemCount,
    manifest: "",
  };
  return { id, props: outputs };
}
