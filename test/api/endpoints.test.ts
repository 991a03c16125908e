// What each call sends that the emulator would not show: bodies, secrets, and replies in their less common forms.
import type { Avala } from "../../src/api/connection";
import { getDatasetHealth } from "../../src/api/endpoints/datasets/dataset-health";
import type { DatasetInput } from "../../src/api/endpoints/datasets/dataset-wire";
import {
  createDataset,
  getDataset,
  transferDataset,
} from "../../src/api/endpoints/datasets/datasets";
import { createExport } from "../../src/api/endpoints/exports";
import { listItems } from "../../src/api/endpoints/datasets/items";
import {
  getAllowedMimes,
  getQuota,
  confirmUpload,
} from "../../src/api/endpoints/uploads/manual-upload";
import { createStorageConfig } from "../../src/api/endpoints/storage-configs";
import { presignForm } from "../support/presign-form";
import { reply, scripted } from "../support/scripted-transport";

const wire = { uid: "u1", name: "cats", slug: "cats", status: "created", item_count: 3 };
const minimal: DatasetInput = { name: "cats", slug: "cats", dataType: "image" };

describe("presign", () => {
  const target = {
    url: "https://s3.amazonaws.com/b",
    fields: { key: "k", policy: "p", "x-amz-date": "d" },
  };

  test("sends the document's fields and the length, and keeps the form's order", async () => {
    const { avala, body, requests } = scripted([reply(200, target)]);
    const input = { datasetName: "cats", path: "a/b.jpg", sizeBytes: 12, organizationUid: "o1" };
    expect(await presignForm(avala, input)).toEqual({
      url: target.url,
      fields: [
        ["key", "k"],
        ["policy", "p"],
        ["x-amz-date", "d"],
      ],
    });
    expect(requests[0]?.url).toBe(
      "https://avala.test/api/v1/datasets/manual-upload/file-upload-url/",
    );
    expect(body()).toEqual({
      dataset_name: "cats",
      file_path_in_dataset: "a/b.jpg",
      content_length: 12,
      organization_uid: "o1",
    });
  });

  test("is tried once: whoever sends the file presigns again", async () => {
    const { avala, requests } = scripted([reply(503)]);
    const refused = presignForm(avala, { datasetName: "cats", path: "a.jpg", sizeBytes: 1 });
    await expect(refused).rejects.toMatchObject({ code: "server", retryable: true });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ["without a url", { fields: {} }],
    ["without fields", { url: "https://s3.amazonaws.com/b" }],
    ["with a field that is no text", { ...target, fields: { key: ["k"] } }],
    ["of another method", { ...target, method: "PUT" }],
  ])("a reply %s is an error that names the route", async (_name, body) => {
    const { avala } = scripted([reply(200, body)]);
    const error = await presignForm(avala, { datasetName: "c", path: "a", sizeBytes: 1 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "bad_reply" });
    expect(String(error)).toContain("file-upload-url");
  });
});

describe("creating a dataset", () => {
  test("says who may see it and that its metadata is made, and sends nothing else that was not given", async () => {
    for (const create of [createDataset, confirmUpload]) {
      const { avala, body } = scripted([reply(201, wire)]);
      await create(avala, minimal);
      expect(body()).toEqual({
        ...{ name: "cats", slug: "cats", data_type: "image" },
        ...{ visibility: "private", create_metadata: true },
      });
    }
  });

  test("sends what is given under the API's names, and leaves metadata's keys alone", async () => {
    const { avala, body } = scripted([reply(201, wire)]);
    await createDataset(avala, {
      ...minimal,
      visibility: "private",
      createMetadata: false,
      isSequence: true,
      ownerName: "acme",
      organizationUid: "o1",
      metadata: { cameraId: 1, snake_case: { Deep: true } },
      industry: 2,
      license: 3,
      gpuTextureFormat: "bc7",
      providerConfig: {
        provider: "aws_s3",
        bucketName: "b",
        bucketRegion: "us-west-2",
        bucketPrefix: "p/",
        accessKeyId: "AKIAEXAMPLE1",
        secretAccessKey: "very-secret-key",
        isAccelerated: true,
      },
    });
    expect(body()).toEqual({
      name: "cats",
      slug: "cats",
      data_type: "image",
      visibility: "private",
      create_metadata: false,
      is_sequence: true,
      owner_name: "acme",
      organization_uid: "o1",
      metadata: { cameraId: 1, snake_case: { Deep: true } },
      industry: 2,
      license: 3,
      gpu_texture_format: "bc7",
      provider_config: {
        provider: "aws_s3",
        s3_bucket_name: "b",
        s3_bucket_region: "us-west-2",
        s3_bucket_prefix: "p/",
        s3_access_key_id: "AKIAEXAMPLE1",
        s3_secret_access_key: "very-secret-key",
        s3_is_accelerated: true,
      },
    });
  });

  test("hides credentials that the server quotes in its error", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n";
    const authJsonContent = JSON.stringify({ type: "service_account", private_key: key });
    const detail = `Cannot sign in with ${key} nor with ${authJsonContent}`;
    const { avala } = scripted([reply(400, { detail: { provider_config: [detail] } })]);
    const providerConfig = { provider: "gc_storage", bucketName: "b", authJsonContent } as const;
    const error = await createDataset(avala, { ...minimal, providerConfig }).catch(
      (reason: unknown) => reason,
    );
    expect(JSON.stringify([error, String(error)])).not.toContain("MIIEvQIBADANBg");
  });

  test("hides S3 credentials of a storage config", async () => {
    const { avala } = scripted([reply(400, { detail: "Bad pair AKIAEXAMPLE1 / very-secret-key" })]);
    const error = await createStorageConfig(avala, {
      name: "ours",
      provider: "aws_s3",
      bucketName: "b",
      bucketRegion: "us-west-2",
      accessKeyId: "AKIAEXAMPLE1",
      secretAccessKey: "very-secret-key",
      roleArn: "arn:aws:iam::1:role/x",
    }).catch((reason: unknown) => reason);
    expect(String(error)).not.toMatch(/AKIAEXAMPLE1|very-secret-key/);
  });
});

test.each([
  ["a dataset", (avala: Avala) => createDataset(avala, minimal)],
  ["a confirm", (avala: Avala) => confirmUpload(avala, minimal)],
  [
    "an export",
    (avala: Avala) =>
      createExport(avala, { name: "e", format: "f", datasets: [], projects: [], slices: [] }),
  ],
])(
  "%s whose reply can't be read may be done: look before doing it again",
  async (_name, create) => {
    const { avala } = scripted([reply(201, { id: 7 })]);
    await expect(create(avala)).rejects.toMatchObject({ code: "bad_reply", ambiguous: true });
  },
);

test("a confirm sends the batch's uid beside the description", async () => {
  const { avala, body } = scripted([reply(201, wire)]);
  await confirmUpload(avala, { ...minimal, uploadUid: "batch-1", metadata: { a_b: 1 } });
  expect(body()).toEqual({
    name: "cats",
    slug: "cats",
    data_type: "image",
    visibility: "private",
    create_metadata: true,
    metadata: { a_b: 1 },
    dataset_upload_uid: "batch-1",
  });
});

test.each([
  [{ organizationUid: "o1" }, { organization_uid: "o1" }],
  [{ ownerUsername: "ada" }, { owner_username: "ada" }],
])("a transfer to %j sends %j", async (to, expected) => {
  const { avala, body, requests } = scripted([reply(200, wire)]);
  await transferDataset(avala, { owner: "acme", slug: "cats" }, to);
  expect(body()).toEqual(expected);
  expect(requests[0]?.url).toBe("https://avala.test/api/v1/datasets/acme/cats/transfer/");
});

describe("what is read", () => {
  test("a dataset with every field of the contract", async () => {
    const { avala } = scripted([
      reply(200, {
        ...wire,
        data_type: "image",
        is_sequence: false,
        visibility: "private",
        project_count: 1,
        size_bytes: "1234",
        annotations_count: 5,
        owner_name: "acme",
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-02T00:00:00Z",
        predefined_labels: ["cat"],
        metadata: { snake_case: 1 },
        something_new: true,
      }),
    ]);
    expect(await getDataset(avala, "u1")).toEqual({
      uid: "u1",
      name: "cats",
      slug: "cats",
      dataType: "image",
      isSequence: false,
      visibility: "private",
      status: "created",
      itemCount: 3,
      projectCount: 1,
      sizeBytes: 1234,
      annotationsCount: 5,
      ownerName: "acme",
      createdAt: "2026-01-01T00:00:00Z",
      updatedAt: "2026-01-02T00:00:00Z",
      predefinedLabels: ["cat"],
      metadata: { snake_case: 1 },
    });
  });

  test("a dataset of an older server, that tells little", async () => {
    const { avala } = scripted([
      reply(200, { uid: "u1", name: "cats", slug: "cats", item_count: null }),
    ]);
    expect(await getDataset(avala, "u1")).toMatchObject({ status: "creating", itemCount: 0 });
  });

  test("a reply that is no dataset is an error with the field's name", async () => {
    const { avala } = scripted([reply(200, { uid: "u1", name: null, slug: "cats" })]);
    const error = await getDataset(avala, "u1").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "bad_reply" });
    expect(String(error)).toMatch(/GET \/datasets\/\{uid\}\/.*"name"/);
  });

  test("an item's URL under either name, and that of its file where it has both", async () => {
    const results = [
      { uid: "1", key: "a.jpg", data_url: "https://x/a" },
      { uid: "2", key: "b.jpg", url: "https://x/b", metadata: { a_b: 1 } },
      { uid: "3", key: "c.jpg", url: "https://x/view", data_url: "https://x/c" },
    ];
    const { avala } = scripted([reply(200, { next: null, results })]);
    const items = [];
    for await (const item of listItems(avala, { owner: "a", slug: "b" })) items.push(item);
    expect(items).toMatchObject([
      { url: "https://x/a" },
      { url: "https://x/b", metadata: { a_b: 1 } },
      { url: "https://x/c" },
    ]);
  });

  test.each([
    [
      { used: 5, limit: 10 },
      { usedBytes: 5, limitBytes: 10 },
    ],
    [{ used: 5, limit: null }, undefined],
    [{}, undefined],
  ])("the quota %j", async (body, expected) => {
    const { avala } = scripted([reply(200, body)]);
    expect(await getQuota(avala)).toEqual(expected);
  });

  test.each([404, 403, 405])("no quota where it is refused with %d", async (status) => {
    const { avala } = scripted([reply(status, { detail: "No." })]);
    expect(await getQuota(avala, { organizationUid: "o1" })).toBeUndefined();
  });

  test.each([
    [
      ["image/png", "image/jpeg"],
      ["image/jpeg", "image/png"],
    ],
    [{ image: ["image/png"], video: ["video/mp4"] }, ["image/png", "video/mp4"]],
  ])("allowed types in the form %j", async (body, expected) => {
    const { avala } = scripted([reply(200, body)]);
    expect(await getAllowedMimes(avala)).toEqual(expected);
  });

  test("health that says nothing good is not good", async () => {
    const { avala } = scripted([reply(200, { issues: [{ code: "x" }] })]);
    expect(await getDatasetHealth(avala, { owner: "a", slug: "b" })).toMatchObject({
      ingestOk: false,
      issues: [{ code: "x" }],
    });
  });
});
