// The routes of the contract that are played, with the scope that a scoped key needs; docs/emulator.md names those that
// are not. No behaviour.
import {
  computeConsensus,
  getConsensus,
  getConsensusConfig,
  listConsensusScores,
  putConsensusConfig,
} from "./resources/consensus";
import {
  createDataset,
  deleteDataset,
  getDataset,
  getDatasetBySlug,
  listDatasets,
  listOwnerDatasets,
  transferDataset,
  updateDataset,
} from "./datasets/datasets";
import { getDelivery, listDeliveries } from "./resources/deliveries";
import { createExport, downloadExport, getExport, listExports } from "./resources/exports";
import { getHealth, getItem, getSequence, listItems, listSequences } from "./datasets/items";
import { completeUpload, signParts } from "./uploads/managed-upload";
import { confirmUpload, getAllowedMimes, getQuota, presignUpload } from "./uploads/manual-upload";
import {
  createQualityTarget,
  deleteQualityTarget,
  evaluateQualityTargets,
  getQualityTarget,
  listQualityTargets,
  updateQualityTarget,
} from "./resources/quality-targets";
import type { Handler } from "./request";
import {
  createSlice,
  getOrganization,
  getSlice,
  listOrganizations,
  listSlices,
} from "./resources/resources";
import type { Route, ScopeRule } from "./router";
import {
  createStorageConfig,
  deleteStorageConfig,
  getSetupInfo,
  getStorageConfig,
  listStorageConfigs,
  testStorageConfig,
} from "./resources/storage-configs";
import { getTask, listTasks } from "./resources/tasks";
import {
  getMe,
  getMyProject,
  getPermissions,
  getProject,
  listMyProjects,
  listProjects,
} from "./resources/users";
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  testWebhook,
  updateWebhook,
} from "./resources/webhooks";

/** What a scoped key must have: by the reference, and by the newest source's table (contract, "Scopes"). */
const scope = (
  few: string | readonly string[],
  many: string | readonly string[] = few,
): ScopeRule => ({
  few: [few].flat(),
  many: [many].flat(),
});
const FREE = scope([]);
const READ = scope("datasets.read");
const WRITE = scope("datasets.write");
const PROJECTS = scope("projects.read");
const TASKS = scope(["projects.read", "tasks.read"], "tasks.read");
const EXPORT = scope("exports.create");
const EXPORTS = scope("exports.create", "exports.read");
const SLICES = scope("datasets.read", "slices.read");
const SLICE = scope("datasets.write", "slices.write");
const ORGANIZATIONS = scope([], "organizations.read");
const STORAGE = scope("datasets.read", "storage.read");
const STORE = scope("datasets.write", "storage.write");
const WEBHOOKS = scope("datasets.read", "webhooks.read");
const WEBHOOK = scope("datasets.write", "webhooks.write");
const QUALITY = scope("projects.read", "qc.read");
const JUDGE = scope("projects.read", "qc.write");
const UPLOAD = "/datasets/manual-upload/";
const DATASET = "/datasets/{owner}/{slug}/";
const PROJECT = "/projects/{uid}/";
const TARGETS = `${PROJECT}quality-targets/`;
const CONSENSUS = `${PROJECT}consensus/`;

const route = (method: string, path: string, scope: ScopeRule, handler: Handler): Route => ({
  method,
  path,
  scope,
  handler,
});

export const ROUTES: readonly Route[] = [
  route("GET", "/users/me/", FREE, getMe),
  route("GET", "/users/me/permissions/", FREE, getPermissions),
  route("GET", "/users/me/projects/", PROJECTS, listMyProjects),
  route("GET", "/users/me/projects/{uid}/", PROJECTS, getMyProject),
  route("GET", "/projects/", PROJECTS, listProjects),
  route("GET", PROJECT, PROJECTS, getProject),
  route("GET", "/tasks/", TASKS, listTasks),
  route("GET", "/tasks/{uid}/", TASKS, getTask),

  route("GET", TARGETS, QUALITY, listQualityTargets),
  route("POST", TARGETS, JUDGE, createQualityTarget),
  route("POST", `${TARGETS}evaluate/`, JUDGE, evaluateQualityTargets),
  route("GET", `${TARGETS}{target}/`, QUALITY, getQualityTarget),
  route("PATCH", `${TARGETS}{target}/`, JUDGE, updateQualityTarget),
  route("DELETE", `${TARGETS}{target}/`, JUDGE, deleteQualityTarget),
  route("GET", CONSENSUS, QUALITY, getConsensus),
  route("GET", `${CONSENSUS}scores/`, QUALITY, listConsensusScores),
  route("POST", `${CONSENSUS}compute/`, JUDGE, computeConsensus),
  route("GET", `${CONSENSUS}config/`, QUALITY, getConsensusConfig),
  route("PUT", `${CONSENSUS}config/`, JUDGE, putConsensusConfig),

  route("POST", `${UPLOAD}file-upload-url/`, WRITE, presignUpload),
  route("POST", UPLOAD, WRITE, confirmUpload),
  route("GET", `${UPLOAD}quota/`, READ, getQuota),
  route("GET", `${UPLOAD}allowed-mimes/`, READ, getAllowedMimes),
  route("POST", `${UPLOAD}uploads/{uid}/parts/`, WRITE, signParts),
  route("POST", `${UPLOAD}uploads/{uid}/complete/`, WRITE, completeUpload),

  route("GET", "/datasets/", READ, listDatasets),
  route("POST", "/datasets/", WRITE, createDataset),
  route("GET", "/datasets/{uid}/", READ, getDataset),
  route("GET", "/datasets/{owner}/list/", READ, listOwnerDatasets),
  route("GET", DATASET, READ, getDatasetBySlug),
  route("PATCH", DATASET, WRITE, updateDataset),
  route("DELETE", DATASET, WRITE, deleteDataset),
  route("POST", `${DATASET}transfer/`, WRITE, transferDataset),
  route("GET", `${DATASET}items/`, READ, listItems),
  route("GET", `${DATASET}items/{item}/`, READ, getItem),
  route("GET", `${DATASET}sequences/`, READ, listSequences),
  route("GET", `${DATASET}sequences/{sequence}/`, READ, getSequence),
  route("GET", `${DATASET}health/`, READ, getHealth),

  route("GET", "/exports/", EXPORTS, listExports),
  route("POST", "/exports/", EXPORT, createExport),
  route("GET", "/exports/{uid}/", EXPORTS, getExport),
  // Without a slash at its end, as the reference's example has it.
  route("GET", "/exports/{uid}/download", EXPORTS, downloadExport),

  route("POST", "/slices/", SLICE, createSlice),
  route("GET", "/slices/{owner}/list/", SLICES, listSlices),
  route("GET", "/slices/{owner}/{slug}/", SLICES, getSlice),
  route("GET", "/organizations/", ORGANIZATIONS, listOrganizations),
  route("GET", "/organizations/{slug}/", ORGANIZATIONS, getOrganization),

  route("GET", "/storage-configs/", STORAGE, listStorageConfigs),
  route("POST", "/storage-configs/", STORE, createStorageConfig),
  route("GET", "/storage-configs/setup-info/", STORAGE, getSetupInfo),
  route("GET", "/storage-configs/{uid}/", STORAGE, getStorageConfig),
  route("DELETE", "/storage-configs/{uid}/", STORE, deleteStorageConfig),
  route("POST", "/storage-configs/{uid}/test/", STORE, testStorageConfig),

  route("GET", "/webhooks/", WEBHOOKS, listWebhooks),
  route("POST", "/webhooks/", WEBHOOK, createWebhook),
  route("GET", "/webhooks/{uid}/", WEBHOOKS, getWebhook),
  route("PATCH", "/webhooks/{uid}/", WEBHOOK, updateWebhook),
  route("DELETE", "/webhooks/{uid}/", WEBHOOK, deleteWebhook),
  route("POST", "/webhooks/{uid}/test/", WEBHOOK, testWebhook),
  route("GET", "/webhook-deliveries/", WEBHOOKS, listDeliveries),
  route("GET", "/webhook-deliveries/{uid}/", WEBHOOKS, getDelivery),
];
