// The wider contract's calls that change something, against the emulator.
import type { Avala } from "../../src/api/connection";
import { getDatasetHealth } from "../../src/api/endpoints/datasets/dataset-health";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import {
  createDataset,
  deleteDataset,
  getDataset,
  listDatasets,
  transferDataset,
  updateDataset,
} from "../../src/api/endpoints/datasets/datasets";
import { getItem, listItems, listSequences } from "../../src/api/endpoints/datasets/items";
import {
  confirmUpload,
  getQuota,
  getAllowedMimes,
} from "../../src/api/endpoints/uploads/manual-upload";
import { listOrganizations } from "../../src/api/endpoints/organizations";
import { getProject, listProjects } from "../../src/api/endpoints/projects";
import { listSlices } from "../../src/api/endpoints/datasets/slices";
import {
  createStorageConfig,
  deleteStorageConfig,
  getStorageConfig,
  getStorageSetupInfo,
  listStorageConfigs,
} from "../../src/api/endpoints/storage-configs";
import { testStorageConfig } from "../../src/api/endpoints/storage-test";
import {
  getWebhookDelivery,
  listWebhookDeliveries,
} from "../../src/api/endpoints/webhook-deliveries";
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  testWebhook,
  updateWebhook,
} from "../../src/api/endpoints/webhooks";
import { sendForm } from "../../src/api/storage/storage";
import { WITH_CHANGES } from "../support/dialects";
import { emulated, type Running } from "../support/contract-targets";
import { presignForm } from "../support/presign-form";

let running: Running;
let avala: Avala;
beforeEach(async () => {
  running = await emulated();
  ({ avala } = running);
});
afterEach(() => running.stop());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function makeDataset(name: string, paths = ["a.jpg"]): Promise<Dataset> {
  for (const path of paths) {
    const small = Buffer.from(path);
    const target = await presignForm(avala, { datasetName: name, path, sizeBytes: small.length });
    await sendForm(avala, target, { path, sizeBytes: small.length, small });
  }
  return confirmUpload(avala, { name, slug: name, dataType: "image" });
}

const ref = { owner: "emulator", slug: "cats" };

describe("datasets", () => {
  test("are created without files, and read by uid and by slug", async () => {
    const made = await createDataset(avala, {
      name: "Cats",
      slug: "cats",
      dataType: "image",
      visibility: "private",
      metadata: { camera_id: 7, nestedKey: { snake_case: true } },
    });
    expect(made).toMatchObject({ name: "Cats", slug: "cats", dataType: "image" });
    expect(await getDataset(avala, made.uid)).toMatchObject({ uid: made.uid });
    expect(await getDataset(avala, ref)).toMatchObject({
      uid: made.uid,
      ownerName: "emulator-handle",
    });
  });

  test("are listed by filter", async () => {
    await makeDataset("cats");
    await makeDataset("dogs");
    expect((await all(listDatasets(avala, { name: "cat" }))).map(({ name }) => name)).toEqual([
      "cats",
    ]);
    expect(await all(listDatasets(avala, { dataType: "video" }))).toEqual([]);
  });

  test("are changed, and deleted, where the server offers it", async () => {
    await running.stop();
    running = await emulated(WITH_CHANGES);
    ({ avala } = running);
    await makeDataset("cats");
    expect(await updateDataset(avala, ref, { visibility: "public" })).toMatchObject({
      visibility: "public",
    });
    await deleteDataset(avala, ref);
    await expect(getDataset(avala, ref)).rejects.toMatchObject({ code: "not_found" });
    await expect(deleteDataset(avala, ref)).rejects.toMatchObject({ code: "not_found" });
  });

  test("that can't be changed or deleted, as by default, are not_offered", async () => {
    await makeDataset("cats");
    await expect(updateDataset(avala, ref, { visibility: "public" })).rejects.toMatchObject({
      code: "not_offered",
    });
    await expect(deleteDataset(avala, ref)).rejects.toMatchObject({ code: "not_offered" });
    expect(await getDataset(avala, ref)).toMatchObject({ visibility: "private" });
  });

  test.each([
    ["a page of the framework's", { status: 404, headers: {}, body: "<h1>Not Found</h1>" }],
    ["a 404 for what is there", { status: 404, body: { detail: "Not found." } }],
    ["a 403", { status: 403, body: { detail: "You do not have permission." } }],
  ])("that can't be changed or deleted here are not_offered, told by %s", async (_name, reply) => {
    await makeDataset("cats");
    running.emulator.setFault({ on: { method: "PATCH" }, reply });
    await expect(updateDataset(avala, ref, { visibility: "public" })).rejects.toMatchObject({
      code: "not_offered",
    });
    running.emulator.setFault({ on: { method: "DELETE" }, reply });
    await expect(deleteDataset(avala, ref)).rejects.toMatchObject({ code: "not_offered" });
    expect(await getDataset(avala, ref)).toMatchObject({ visibility: "private" });
  });

  test("go to an organization", async () => {
    await makeDataset("cats");
    const [organization] = await all(listOrganizations(avala));
    const moved = await transferDataset(avala, ref, { organizationUid: organization?.uid ?? "" });
    expect(moved).toMatchObject({ slug: "cats", ownerName: "emulator-org" });
  });

  test("tell their health, items and sequences", async () => {
    await makeDataset("cats", ["a.jpg", "b/c.jpg"]);
    expect(await getDatasetHealth(avala, ref)).toMatchObject({ ingestOk: true, itemCount: 2 });
    const items = await all(listItems(avala, ref));
    expect(items.map(({ key }) => key)).toEqual(["a.jpg", "b/c.jpg"]);
    expect(await getItem(avala, ref, items[0]?.uid ?? "")).toMatchObject({ key: "a.jpg" });
    expect(Array.isArray(await all(listSequences(avala, ref)))).toBe(true);
  });

  test("with a name that is taken are refused", async () => {
    await makeDataset("cats");
    const again = makeDataset("cats");
    await expect(again).rejects.toMatchObject({
      code: expect.stringMatching(/conflict|validation/) as string,
    });
  });
});

describe("an upload's side calls", () => {
  test("tell quota and types", async () => {
    expect(await getQuota(avala)).toMatchObject({ usedBytes: 0 });
    expect(await getAllowedMimes(avala)).toContain("image/jpeg");
  });

  test("that a write-only key may not make are no advice, and no error", async () => {
    running.emulator.addKey({ key: "avk_write_only_0123456789", scopes: ["datasets.write"] });
    await running.stop();
    running = await emulated({}, "avk_write_only_0123456789");
    running.emulator.addKey({ key: "avk_write_only_0123456789", scopes: ["datasets.write"] });
    ({ avala } = running);
    expect(await getQuota(avala)).toBeUndefined();
    expect(await getAllowedMimes(avala)).toBeUndefined();
    await expect(getDataset(avala, ref)).rejects.toMatchObject({ code: "permission" });
    expect(await makeDataset("cats")).toMatchObject({ name: "cats" });
  });

  test("an expired policy is told as one", async () => {
    running.emulator.setFault({
      on: { path: "/datasets/manual-upload/file-upload-url/" },
      expired: true,
    });
    await expect(makeDataset("cats")).rejects.toMatchObject({
      code: "storage_expired",
      retryable: true,
    });
  });

  test("a file over the quota is refused at its presign, with the numbers", async () => {
    await running.stop();
    running = await emulated({ quotaBytes: 3 });
    ({ avala } = running);
    await expect(makeDataset("cats")).rejects.toMatchObject({
      code: "quota",
      status: 413,
      quota: { limitBytes: 3, usedBytes: 0 },
    });
  });
});

describe("projects, slices, organizations", () => {
  test("are listed and read", async () => {
    const dataset = await makeDataset("cats");
    const project = running.emulator.addProject("labels");
    running.emulator.addSlice("night", [dataset.uid]);
    expect(await all(listProjects(avala))).toMatchObject([{ uid: project.uid, name: "labels" }]);
    expect(await getProject(avala, project.uid)).toMatchObject({ name: "labels" });
    expect(await all(listSlices(avala, "emulator"))).toMatchObject([{ name: "night" }]);
    expect(await all(listOrganizations(avala))).toMatchObject([{ slug: "emulator-org" }]);
  });

  test("slices are paged by number", async () => {
    for (let i = 0; i < 5; i += 1) running.emulator.addSlice(`slice ${i}`, []);
    expect(await all(listSlices(avala, "emulator", { limit: 2 }))).toHaveLength(5);
  });
});

describe("storage configs", () => {
  test("are created, tried, listed and deleted, and never tell a credential", async () => {
    const secretAccessKey = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";
    const made = await createStorageConfig(avala, {
      name: "ours",
      provider: "aws_s3",
      bucketName: "bucket",
      bucketRegion: "eu-central-1",
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey,
    });
    expect(made).toMatchObject({ name: "ours", provider: "aws_s3", bucketName: "bucket" });
    expect(await testStorageConfig(avala, made.uid)).toEqual({ isVerified: true, errors: {} });
    expect(await getStorageConfig(avala, made.uid)).toMatchObject({ uid: made.uid, name: "ours" });
    expect(await all(listStorageConfigs(avala))).toMatchObject([
      { uid: made.uid, isVerified: true },
    ]);
    expect(await getStorageSetupInfo(avala)).toHaveProperty("externalId");
    await deleteStorageConfig(avala, made.uid);
    expect(await all(listStorageConfigs(avala))).toEqual([]);
    await expect(getStorageConfig(avala, made.uid)).rejects.toMatchObject({ code: "not_found" });
    expect(JSON.stringify(made)).not.toContain(secretAccessKey);
  });

  test("of Google are created with their key file", async () => {
    const input = {
      name: "gcs",
      provider: "gc_storage",
      bucketName: "b",
      authJsonContent: "{}",
    } as const;
    expect(await createStorageConfig(avala, input)).toMatchObject({ bucketName: "b" });
  });
});

describe("webhooks", () => {
  test("are created with a secret that comes once, changed, tried and deleted", async () => {
    const made = await createWebhook(avala, {
      targetUrl: "https://example.com/hook",
      events: ["export.completed"],
    });
    expect(made).toMatchObject({ events: ["export.completed"], isActive: true });
    expect(made.secret).toMatch(/.{20}/);
    expect((await getWebhook(avala, made.uid)).secret).toBeUndefined();
    expect(await updateWebhook(avala, made.uid, { isActive: false })).toMatchObject({
      isActive: false,
      targetUrl: "https://example.com/hook",
    });
    expect(await testWebhook(avala, made.uid)).toMatchObject({ isSuccess: true });
    const of = { webhookUid: made.uid, status: "delivered" };
    const [delivery, ...others] = await all(listWebhookDeliveries(avala, of));
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({ webhookUid: made.uid, attempts: 1, responseStatus: 200 });
    expect(await getWebhookDelivery(avala, delivery?.uid ?? "")).toEqual(delivery);
    expect(await all(listWebhooks(avala))).toHaveLength(1);
    await deleteWebhook(avala, made.uid);
    await expect(getWebhook(avala, made.uid)).rejects.toMatchObject({ code: "not_found" });
  });

  test("to a URL that is not https are refused before anything is sent", async () => {
    const targetUrl = "http://example.com/hook";
    const refused = createWebhook(avala, { targetUrl, events: ["export.completed"] });
    await expect(refused).rejects.toMatchObject({ code: "input" });
    expect(running.emulator.requests()).toHaveLength(0);
  });

  test("for an unknown event are refused with the field", async () => {
    const refused = createWebhook(avala, { targetUrl: "https://a.example", events: ["no.such"] });
    await expect(refused).rejects.toMatchObject({
      code: "validation",
      fields: { events: [expect.stringContaining("no.such")] },
    });
  });
});
