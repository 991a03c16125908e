// The package's public names. No logic.
export { FileSet, type FileSetArgs } from "./resources/file-set";
export {
  Dataset,
  type DatasetArgs,
  type GcsProviderConfigArgs,
  type ProviderConfigArgs,
  type S3ProviderConfigArgs,
} from "./resources/dataset";
export { GrowingDataset, type GrowingDatasetArgs } from "./resources/growing-dataset";
export { Export, type ExportArgs, type ExportGateArgs } from "./resources/export";
export {
  StorageConfig,
  type GcsStorageConfigArgs,
  type S3StorageConfigArgs,
  type StorageConfigArgs,
} from "./resources/storage-config";
export { QualityTarget, type QualityTargetArgs } from "./resources/quality-target";
export { Webhook, type WebhookArgs } from "./resources/webhook";
export { VersionedDataset, type VersionedDatasetArgs } from "./resources/versioned-dataset";
export {
  getDataset,
  getDatasetOutput,
  getExport,
  getExportOutput,
  getProject,
  getProjectOutput,
  getStorageSetup,
  getStorageSetupOutput,
  listDatasets,
  listDatasetsOutput,
  type GetDatasetArgs,
  type ListDatasetsArgs,
  type StorageSetupArgs,
  type UidArgs,
} from "./functions";
export type { Dataset as DatasetResult } from "../src/api/endpoints/datasets/dataset-wire";
export type { Export as ExportResult } from "../src/api/endpoints/exports";
export type { Project as ProjectResult } from "../src/api/endpoints/projects";
export type { StorageSetupInfo as StorageSetupResult } from "../src/api/endpoints/storage-configs";
