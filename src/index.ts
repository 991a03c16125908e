// What the core promises: docs/core.md says what each name is for. What stands in no line here may change at any time.
export {
  ApiError,
  AvalaError,
  InputError,
  UploadError,
  isApiError,
  isAvalaError,
  type ErrorCode,
  type FileFailure,
  type InputProblem,
  type LandedFile,
  type RateLimit,
} from "./errors";
export type { AvalaEvent, Listener, UploadProgress } from "./events";
export { readConfig, stateDirectory, type Config, type GivenConfig } from "./config";
export { connect, type ConnectOptions } from "./api/connect";
export { withListener, withSignal, type Avala, type Ports } from "./api/connection";
export type { ProxySettings } from "./api/transport/transport";
export { getMe } from "./api/endpoints/users";
export { getPermissions, lackedScopes } from "./api/endpoints/permissions";
export {
  getAllowedMimes,
  getQuota,
  type ConfirmInput,
  type Quota,
} from "./api/endpoints/uploads/manual-upload";
export { listOrganizations } from "./api/endpoints/organizations";
export type { Organization, Permissions, User } from "./api/remembered";
export type { Scope } from "./api/scopes";
export type { Page } from "./api/pages";
export type { Dataset, DatasetInput } from "./api/endpoints/datasets/dataset-wire";
export type { ProviderConfig } from "./api/endpoints/datasets/provider-config";
export {
  deleteDataset,
  getDataset,
  listDatasetPage,
  listDatasets,
  transferDataset,
  updateDataset,
} from "./api/endpoints/datasets/datasets";
export type {
  DatasetChanges,
  DatasetFilter,
  DatasetRef,
  NewOwner,
} from "./api/endpoints/datasets/dataset-given";
export { getDatasetHealth, type DatasetHealth } from "./api/endpoints/datasets/dataset-health";
export {
  getItem,
  listItems,
  listSequences,
  type DatasetItem,
  type ListOptions,
  type Sequence,
} from "./api/endpoints/datasets/items";
export {
  getExport,
  listExports,
  stateOf,
  type Export,
  type ExportInput,
} from "./api/endpoints/exports";
export { getProject, listProjects, type Project } from "./api/endpoints/projects";
export { listSlices, type Slice } from "./api/endpoints/datasets/slices";
export {
  getTask,
  hasPendingTasks,
  listTasks,
  type Task,
  type TaskFilter,
} from "./api/endpoints/tasks";
export { evaluateQualityTargets, type QualityEvaluation } from "./api/endpoints/quality-targets";
export { getConsensusSummary, type ConsensusSummary } from "./api/endpoints/consensus";
export {
  getWebhookDelivery,
  listWebhookDeliveries,
  type WebhookDelivery,
  type WebhookDeliveryFilter,
} from "./api/endpoints/webhook-deliveries";
export { readFileSet, type FileSet, type FileSetRun } from "./files/file-set";
export type { FileSetOptions } from "./files/file-set-options";
export type { LocalFile, Notice, PatternCount } from "./files/local-file";
export { hashFiles, type HashOptions } from "./files/hash";
export {
  checksumsText,
  createManifest,
  type Manifest,
  type ManifestEntry,
} from "./files/manifest/manifest";
export { compareManifests, type ManifestChanges } from "./files/manifest/compare";
export { datasetVersionName, slugFrom } from "./files/manifest/dataset-name";
export type { DataType } from "./files/media";
export { describeCost, estimateCost, type Cost } from "./upload/cost";
export type { DatasetToSend, LimitNow } from "./upload/cost-given";
export { uploadFiles } from "./upload/run";
export type { UploadFile, UploadRequest } from "./upload/request";
export type { UploadResult } from "./upload/result";
export {
  confirmDataset,
  createDatasetOnce,
  findDataset,
  waitForDataset,
  type DatasetName,
} from "./operations/datasets/dataset";
export { compareItems } from "./operations/items/compare-items";
export type { ItemComparison } from "./operations/items/item-comparison";
export type { Made } from "./operations/lost-reply";
export { startExport, waitForExport } from "./operations/export";
export { downloadExport, type DownloadedExport } from "./operations/export-download";
export { decidePublish } from "./operations/publish/decide";
export { carryOut, publishDataset } from "./operations/publish/publish";
export type {
  DecideOptions,
  Decision,
  PublishOptions,
  PublishResult,
  PublishTarget,
} from "./operations/publish/target";
export { growingName, type GrowingName } from "./operations/grow/increment-name";
export type {
  GrowingFile,
  GrowOptions,
  GrowTarget,
  KnownIncrement,
} from "./operations/grow/growth";
export type { GrowthPlan, Increment } from "./operations/grow/growth-plan";
export { decideGrowth, type GrowDecision } from "./operations/grow/decide-growth";
export { growSet } from "./operations/grow/grow";
export { type GrowResult } from "./operations/grow/grown";
export { knownIncrements } from "./operations/grow/make-increment";
export { currentJson, type CurrentSet } from "./operations/grow/current-json";
