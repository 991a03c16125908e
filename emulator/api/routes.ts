// Every route that the contract documents, with the scope that a scoped key needs. No behaviour.
import {
  createDataset,
  deleteDataset,
  getDataset,
  getDatasetBySlug,
  listDatasets,
  transferDataset,
  updateDataset,
} from "./datasets";
import { createExport, getExport, listExports } from "./exports";
import { getHealth, getItem, listItems, listSequences } from "./items";
import { completeUpload, signParts } from "./managed-upload";
import { confirmUpload, getAllowedMimes, getQuota, presignUpload } from "./manual-upload";
import type { Handler } from "./request";
import {
  createSlice,
  deletePlain,
  getMe,
  getOrganization,
  getProject,
  getSlice,
  listOrganizations,
  listPlain,
  listProjects,
  listSlices,
} from "./resources";
import type { Route } from "./router";
import {
  createStorageConfig,
  getSetupInfo,
  getStorageConfig,
  testStorageConfig,
} from "./storage-configs";
import { createWebhook, getWebhook, testWebhook, updateWebhook } from "./webhooks";

const READ = "datasets.read";
const WRITE = "datasets.write";
const PROJECTS = "projects.read";
const EXPORTS = "exports.create";
const UPLOAD = "/datasets/manual-upload/";
const DATASET = "/datasets/{owner}/{slug}/";

const route = (
  method: string,
  path: string,
  scope: string | undefined,
  handler: Handler,
): Route => ({
  method,
  path,
  scope,
  handler,
});

export const ROUTES: readonly Route[] = [
  route("GET", "/users/me/", undefined, getMe),
  // Where the SDK looks for projects; the contract's own place is below.
  route("GET", "/users/me/projects/", PROJECTS, listProjects),
  route("GET", "/users/me/projects/{uid}/", PROJECTS, getProject),
  route("GET", "/projects/", PROJECTS, listProjects),
  route("GET", "/projects/{uid}/", PROJECTS, getProject),

  route("POST", `${UPLOAD}file-upload-url/`, WRITE, presignUpload),
  route("POST", UPLOAD, WRITE, confirmUpload),
  route("GET", `${UPLOAD}quota/`, READ, getQuota),
  route("GET", `${UPLOAD}allowed-mimes/`, READ, getAllowedMimes),
  route("POST", `${UPLOAD}uploads/{uid}/parts/`, WRITE, signParts),
  route("POST", `${UPLOAD}uploads/{uid}/complete/`, WRITE, completeUpload),

  route("GET", "/datasets/", READ, listDatasets),
  route("POST", "/datasets/", WRITE, createDataset),
  route("GET", "/datasets/{uid}/", READ, getDataset),
  route("GET", DATASET, READ, getDatasetBySlug),
  route("PATCH", DATASET, WRITE, updateDataset),
  route("DELETE", DATASET, WRITE, deleteDataset),
  route("POST", `${DATASET}transfer/`, WRITE, transferDataset),
  route("GET", `${DATASET}items/`, READ, listItems),
  route("GET", `${DATASET}items/{item}/`, READ, getItem),
  route("GET", `${DATASET}sequences/`, READ, listSequences),
  route("GET", `${DATASET}health/`, READ, getHealth),

  // The contract names no scope for reading an export: whoever may make one may read it.
  route("GET", "/exports/", EXPORTS, listExports),
  route("POST", "/exports/", EXPORTS, createExport),
  route("GET", "/exports/{uid}/", EXPORTS, getExport),

  route("POST", "/slices/", WRITE, createSlice),
  route("GET", "/slices/{owner}/list/", READ, listSlices),
  route("GET", "/slices/{owner}/{slug}/", READ, getSlice),
  route("GET", "/organizations/", undefined, listOrganizations),
  route("GET", "/organizations/{slug}/", undefined, getOrganization),

  route("GET", "/storage-configs/", READ, (request, world) =>
    listPlain(world.state.storageConfigs, request),
  ),
  route("POST", "/storage-configs/", WRITE, createStorageConfig),
  route("GET", "/storage-configs/setup-info/", READ, getSetupInfo),
  route("GET", "/storage-configs/{uid}/", READ, getStorageConfig),
  route("DELETE", "/storage-configs/{uid}/", WRITE, (request, world) =>
    deletePlain(world.state.storageConfigs, request),
  ),
  route("POST", "/storage-configs/{uid}/test/", WRITE, testStorageConfig),

  route("GET", "/webhooks/", READ, (request, world) => listPlain(world.state.webhooks, request)),
  route("POST", "/webhooks/", WRITE, createWebhook),
  route("GET", "/webhooks/{uid}/", READ, getWebhook),
  route("PATCH", "/webhooks/{uid}/", WRITE, updateWebhook),
  route("DELETE", "/webhooks/{uid}/", WRITE, (request, world) =>
    deletePlain(world.state.webhooks, request),
  ),
  route("POST", "/webhooks/{uid}/test/", WRITE, testWebhook),
];
