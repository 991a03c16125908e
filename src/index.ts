// What the core promises: docs/core.md says what each name is for. What stands in no line here may change at any time.
export {
  ApiError,
  AvalaError,
  InputError,
  UploadError,
  isApiError,
  isAvalaError,
  type ApiErrorOptions,
  type AvalaErrorOptions,
  type ErrorCode,
  type FileFailure,
  type InputProblem,
  type RateLimit,
} from "./errors";
export type { AvalaEvent, Listener, UploadProgress } from "./events";
export type { Clock, Random } from "./flow/clock";
export type { Pace } from "./flow/pace";
export { readConfig, stateDirectory, type Config, type GivenConfig } from "./config";
export { connect, type ConnectOptions } from "./api/connect";
export { withListener, withSignal, type Avala, type Ports } from "./api/connection";
export type { ApiCall, ApiReply } from "./api/call";
export type { Secrets } from "./api/secrets";
export type {
  HttpRequest,
  HttpResponse,
  HttpStream,
  ProxySettings,
  Transport,
} from "./api/transport/transport";
export { createAxiosTransport } from "./api/transport/axios-transport";
export { createStorageTransport } from "./api/transport/storage-transport";
export type { Page } from "./api/pages";
export { getMe } from "./api/endpoints/users";
export type { User, Organization } from "./api/remembered";
export { listOrganizations } from "./api/endpoints/organizations";
export type { Dataset, DatasetDescription, DatasetInput } from "./api/endpoints/dataset-wire";
export type { GcsConfig, ProviderConfig, S3Config } from "./api/endpoints/provider-config";
export {
  createDataset,
  deleteDataset,
  getDataset,
  listDatasetPage,
  listDatasets,
  transferDataset,
  updateDataset,
  type DatasetChanges,
  type DatasetFilter,
  type DatasetRef,
  type NewOwner,
} from "./api/endpoints/datasets";
export { getDatasetHealth, type DatasetHealth } from "./api/endpoints/dataset-health";
export {
  getItem,
  listItems,
  listSequences,
  type DatasetItem,
  type ListOptions,
  type Sequence,
} from "./api/endpoints/items";
export {
  confirmUpload,
  getAllowedMimes,
  getQuota,
  type ConfirmInput,
  type Quota,
} from "./api/endpoints/manual-upload";
export {
  presign,
  type FormPresign,
  type Presigned,
  type PresignInput,
} from "./api/endpoints/presign";
export {
  createExport,
  getExport,
  listExports,
  stateOf,
  type Export,
  type ExportInput,
} from "./api/endpoints/exports";
export { getProject, listProjects, type Project } from "./api/endpoints/projects";
export {
  getTask,
  hasPendingTasks,
  listTasks,
  type Task,
  type TaskFilter,
} from "./api/endpoints/tasks";
export {
  createQualityTarget,
  deleteQualityTarget,
  evaluateQualityTargets,
  getQualityTarget,
  listQualityTargets,
  updateQualityTarget,
  type QualityEvaluation,
  type QualityTarget,
  type QualityTargetInput,
} from "./api/endpoints/quality-targets";
export { getConsensusSummary, type ConsensusSummary } from "./api/endpoints/consensus";
export {
  getPermissions,
  lackedScopes,
  requireScopes,
  type ScopeAdvice,
} from "./api/endpoints/permissions";
export type { Permissions } from "./api/remembered";
export type { Scope } from "./api/scopes";
export { listSlices, type Slice } from "./api/endpoints/slices";
export {
  createStorageConfig,
  deleteStorageConfig,
  getStorageConfig,
  getStorageSetupInfo,
  listStorageConfigs,
  type StorageConfig,
  type StorageConfigInput,
  type StorageSetupInfo,
} from "./api/endpoints/storage-configs";
export { testStorageConfig, type StorageTest } from "./api/endpoints/storage-test";
export type { OfOrganization } from "./api/endpoints/organization-advice";
export {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  testWebhook,
  updateWebhook,
  type Webhook,
  type WebhookChanges,
  type WebhookEvent,
  type WebhookInput,
  type WebhookTest,
} from "./api/endpoints/webhooks";
export {
  getWebhookDelivery,
  listWebhookDeliveries,
  type WebhookDelivery,
  type WebhookDeliveryFilter,
} from "./api/endpoints/webhook-deliveries";
export { sendForm, type SendOptions, type Stored } from "./api/storage/storage";
export type { FormFile } from "./api/storage/form";
export {
  compareManifests,
  type ChangedEntry,
  type ManifestChanges,
} from "./files/manifest/compare";
export type { AppendHandle, Disk } from "./flow/disk";
export type { FileStamp, ReadHandle } from "./flow/read-handle";
export { readFileSet, type FileSet } from "./files/file-set";
export type { ContentPolicy, FileSetOptions } from "./files/file-set-options";
export type { LocalFile, Notice, PatternCount } from "./files/local-file";
export type { SymlinkPolicy } from "./files/scan/entries";
export type { UnindexedPolicy } from "./files/scan/indexing";
export { hashFiles, type HashOptions, type HashProgress } from "./files/hash";
export {
  checksumsText,
  createManifest,
  type Manifest,
  type ManifestEntry,
} from "./files/manifest/manifest";
export { datasetVersionName, slugFrom } from "./files/manifest/dataset-name";
export { packManifest, unpackManifest } from "./files/manifest/packing";
export type { DataType } from "./files/media";
export { describeCost, estimateCost, type Cost, type DatasetToSend } from "./upload/cost";
export { uploadFiles } from "./upload/run";
export type { UploadFile, UploadRequest } from "./upload/request";
export type { UploadResult } from "./upload/result";
export {
  confirmDataset,
  createDatasetOnce,
  findDataset,
  waitForDataset,
  type DatasetName,
} from "./operations/dataset";
export { compareItems, type ItemComparison } from "./operations/item-comparison";
export { startExport, waitForExport } from "./operations/export";
export { downloadExport, type DownloadedExport } from "./operations/export-download";
export { carryOut, publishDataset } from "./operations/publish/publish";
export { decidePublish } from "./operations/publish/decide";
export type {
  Decision,
  PublishOptions,
  PublishResult,
  PublishTarget,
} from "./operations/publish/target";
export { confirmSent, type Confirmed, type Confirming } from "./operations/publish/confirm";
export { compareFound, type DecideOptions } from "./operations/publish/decide";
export type { Words } from "./operations/publish/refusals";
export { sendFiles, type Sent } from "./operations/publish/send";
export { isContentKnown, settlePublished } from "./operations/publish/settle";
export type { Compared, NamedFile, NamedFiles, SendTarget } from "./operations/publish/target";
export { growingName, type GrowingName } from "./operations/grow/increment-name";
export type {
  GrowingFile,
  GrowOptions,
  GrowTarget,
  KnownIncrement,
} from "./operations/grow/growth";
export {
  planGrowth,
  type CurrentFile,
  type GrowthPlan,
  type HeldEntry,
  type Increment,
  type MovedItem,
  type SupersededItem,
  type UnverifiedFile,
} from "./operations/grow/growth-plan";
export { decideGrowth, decideGrowths, type GrowDecision } from "./operations/grow/decide-growth";
export { growSet, knownIncrements, type GrowResult } from "./operations/grow/grow";
export { currentJson, type CurrentSet } from "./operations/grow/current-json";
