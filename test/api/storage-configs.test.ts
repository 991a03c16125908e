// Storage configs of organizations, buckets in all their fields, and what a test of one says.
import type { Avala } from "../../src/api/connection";
import { createDataset } from "../../src/api/endpoints/datasets/datasets";
import type { ProviderConfig } from "../../src/api/endpoints/datasets/provider-config";
import {
  createStorageConfig,
  deleteStorageConfig,
  getStorageConfig,
  getStorageSetupInfo,
  listStorageConfigs,
  type StorageConfigInput,
} from "../../src/api/endpoints/storage-configs";
import { testStorageConfig } from "../../src/api/endpoints/storage-test";
import { startSpeaking } from "../support/dialects";
import { reply, scripted } from "../support/scripted-transport";
import { sessionWith } from "../support/session";

const wire = { uid: "u1", name: "ours", provider: "aws_s3", s3_bucket_name: "b" };
const S3 = { provider: "aws_s3", bucketName: "b", bucketRegion: "r" } as const;
const GCS = { provider: "gc_storage", bucketName: "b", authJsonContent: "{}" } as const;
const KEYS = { accessKeyId: "AKIDEXAMPLE1", secretAccessKey: "very-secret-key" };
const roleArn = "arn:aws:iam::1:role/avala";
const of = { organization: "acme" };

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

const CALLS: readonly (readonly [string, (avala: Avala, of?: object) => Promise<unknown>])[] = [
  ["list", (avala, given) => all(listStorageConfigs(avala, given))],
  ["create", (avala, given) => createStorageConfig(avala, { name: "ours", ...S3, ...given })],
  ["get", (avala, given) => getStorageConfig(avala, "u1", given)],
  ["test", (avala, given) => testStorageConfig(avala, "u1", given)],
  ["delete", (avala, given) => deleteStorageConfig(avala, "u1", given)],
  ["setup", (avala, given) => getStorageSetupInfo(avala, given)],
];

describe.each(CALLS)("%s", (_name, call) => {
  test("names the organization in the query, and none where none is given", async () => {
    const answer = reply(200, { ...wire, results: [], verified: true });
    const one = scripted([answer]);
    await call(one.avala, of);
    expect(one.requests.map(({ url }) => new URL(url).search)).toEqual(["?organization=acme"]);
    const none = scripted([answer]);
    await call(none.avala);
    expect(none.requests.map(({ url }) => new URL(url).search)).toEqual([""]);
  });

  test.each([
    ["asks for one", 400, { organization: ["This parameter is required."] }],
    ["asks for one without a field", 400, { detail: "An organization is required." }],
  ])("where a server %s, says which the user is in", async (_case, status, body) => {
    const organizations = [
      { uid: "o1", name: "Acme", slug: "acme" },
      { uid: "o2", name: "Globex", slug: "globex" },
    ];
    const { avala } = scripted([
      reply(status, body),
      reply(200, { next: null, results: organizations }),
    ]);
    await expect(call(avala)).rejects.toMatchObject({
      code: "input",
      problems: [
        { input: "organization", text: expect.stringContaining("acme, globex") as string },
      ],
    });
  });

  test("where the key may not list organizations, says at least that one is missing", async () => {
    const body = { organization: ["This parameter is required."] };
    const { avala } = scripted([reply(400, body), reply(403, { detail: "no" })]);
    await expect(call(avala)).rejects.toMatchObject({
      code: "input",
      problems: [{ input: "organization" }],
    });
  });

  test("of an organization that is not the user's says which are", async () => {
    const { avala } = scripted([
      reply(403, { detail: "You are not a member of this organization." }),
      reply(200, { next: null, results: [{ uid: "o2", name: "Globex", slug: "globex" }] }),
    ]);
    await expect(call(avala, of)).rejects.toMatchObject({
      code: "permission",
      hint: expect.stringMatching(/^acme is not .*\(globex\)/) as string,
    });
  });

  test("that lacks a scope names the scope also after it has looked for organizations", async () => {
    const { avala } = scripted([
      reply(403, { detail: "Insufficient scope." }),
      reply(200, { next: null, results: [{ uid: "o1", name: "Acme", slug: "acme" }] }),
    ]);
    await expect(call(avala, of)).rejects.toMatchObject({
      code: "permission",
      hint: expect.stringMatching(/storage\.(read|write)/) as string,
    });
  });

  test("that is refused for other fields asks nothing more", async () => {
    const { avala, requests } = scripted([reply(400, { name: ["Not a valid string."] })]);
    await expect(call(avala)).rejects.toMatchObject({ code: "validation" });
    expect(requests).toHaveLength(1);
  });
});

describe("a member of several organizations", () => {
  const session = async () => {
    const emulator = await startSpeaking({ storageConfigs: "organization" });
    emulator.addKey({ key: emulator.apiKey, organizations: ["acme"] });
    return sessionWith(emulator).avala;
  };

  test("makes, reads, tries and removes a config of one of them", async () => {
    const avala = await session();
    const { uid } = await createStorageConfig(avala, { name: "ours", ...of, ...S3, roleArn });
    expect(await getStorageConfig(avala, uid, of)).toMatchObject({ uid });
    expect(await all(listStorageConfigs(avala, { organization: "emulator-org" }))).toEqual([]);
    expect(await testStorageConfig(avala, uid, of)).toMatchObject({ isVerified: true });
    await deleteStorageConfig(avala, uid, of);
    await expect(getStorageConfig(avala, uid, of)).rejects.toMatchObject({ code: "not_found" });
  });

  test("hears which there are when none is named", async () => {
    const avala = await session();
    const made = createStorageConfig(avala, { name: "ours", ...S3 });
    await expect(made).rejects.toThrow(/acme.*emulator-org|emulator-org.*acme/s);
    await expect(made).rejects.toMatchObject({ code: "input" });
  });
});

test("a member of one organization need not name it for a role either", async () => {
  const emulator = await startSpeaking({ storageConfigs: "organization" });
  const { avala } = sessionWith(emulator);
  const { uid } = await createStorageConfig(avala, { name: "ours", ...S3, roleArn });
  expect(await getStorageConfig(avala, uid, { organization: "emulator-org" })).toMatchObject({
    uid,
  });
});

describe("reading one", () => {
  const list = (results: readonly object[]) => reply(200, { next: null, results });

  test("is one call where the server has it", async () => {
    const { avala, requests } = scripted([reply(200, wire)]);
    expect(await getStorageConfig(avala, "u1")).toMatchObject({ name: "ours", bucketName: "b" });
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
      "/api/v1/storage-configs/u1/",
    ]);
  });

  test.each([
    ["a page of the web framework", reply(404, "<html>")],
    ["a 405", reply(405, { detail: "no" })],
    ["a 404 in JSON", reply(404, { detail: "Not found." })],
  ])("looks into the list after %s", async (_name, refused) => {
    const { avala } = scripted([refused, list([{ ...wire, uid: "u0" }, wire])]);
    expect(await getStorageConfig(avala, "u1", of)).toMatchObject({ uid: "u1" });
  });

  test.each([
    ["a page of the web framework", reply(404, "<html>")],
    ["a 404 in JSON", reply(404, { detail: "Not found." })],
  ])("says that one is gone which is not in the list either, after %s", async (_name, refused) => {
    const { avala } = scripted([refused, list([]), list([])]);
    await expect(getStorageConfig(avala, "u1")).rejects.toMatchObject({ code: "not_found" });
  });

  test("does not take one for gone that may be of another organization", async () => {
    const organizations = [
      { uid: "o1", name: "Acme", slug: "acme" },
      { uid: "o2", name: "Globex", slug: "globex" },
    ];
    const missing = reply(404, { detail: "Not found." });
    const { avala } = scripted([missing, list([]), list(organizations)]);
    await expect(getStorageConfig(avala, "u1")).rejects.toMatchObject({ code: "input" });
  });
});

test("one of an organization that the user has left is not taken for gone", async () => {
  const missing = reply(404, { detail: "Not found." });
  const globex = [{ uid: "o2", name: "Globex", slug: "globex" }];
  const { avala } = scripted([missing, reply(200, { next: null, results: globex })]);
  await expect(deleteStorageConfig(avala, "u1", of)).rejects.toMatchObject({
    code: "input",
    problems: [{ text: expect.stringMatching(/^acme is not .*\(globex\)/) as string }],
  });
});

describe("a test that fails", () => {
  const answers = { verified: false, errors: { s3_bucket_name: ["No such bucket.", "Look."] } };

  test("says why by the fields' own names", async () => {
    const { avala } = scripted([reply(200, answers)]);
    expect(await testStorageConfig(avala, "u1")).toEqual({
      isVerified: false,
      message: "bucketName: No such bucket. Look.",
      errors: { bucketName: ["No such bucket.", "Look."] },
    });
  });

  test.each([
    [{ errors: { non_field_errors: ["No."] } }, "No."],
    [{ errors: { other_field: ["No."] } }, "other_field: No."],
    [{ errors: ["No."] }, "No."],
    [{ errors: "No." }, "No."],
    [{ errors: null, message: "No." }, "No."],
    [{ errors: { gc_storage_prefix: ["No."] }, message: "It failed." }, "It failed.; prefix: No."],
    [{}, undefined],
  ])("with the reply %j says %j", async (more, message) => {
    const { avala } = scripted([reply(200, { verified: false, ...more })]);
    const test = await testStorageConfig(avala, "u1");
    expect(test).toMatchObject({ isVerified: false });
    expect(test.message).toBe(message);
  });

  test("shows no credential that the server quotes", async () => {
    const errors = { s3_access_key_id: [`No pair ${KEYS.accessKeyId}/${KEYS.secretAccessKey}.`] };
    const { avala } = scripted([reply(201, wire), reply(200, { verified: false, errors })]);
    await createStorageConfig(avala, { name: "ours", ...S3, ...KEYS });
    const shown = JSON.stringify(await testStorageConfig(avala, "u1"));
    expect(shown).toContain("accessKeyId");
    expect(shown).not.toMatch(/AKIDEXAMPLE1|very-secret-key/);
  });
});

describe("a bucket", () => {
  const selection = { includedExtensions: ["jpg", "png"], ignoredPaths: ["tmp/", "old/"] };
  const chosen = { included_extensions: "jpg,png", ignored_paths: "tmp/,old/" };
  const all: readonly (readonly [string, ProviderConfig, object])[] = [
    [
      "by a role",
      {
        ...{ ...S3, bucketPrefix: "p/", roleArn, isAccelerated: true, ...selection },
        ...{ cloudfrontDomain: "d.cloudfront.net", cloudfrontPublicKeyId: "K1" },
      },
      {
        ...{ provider: "aws_s3", s3_bucket_name: "b", s3_bucket_region: "r" },
        ...{ s3_bucket_prefix: "p/", s3_auth_method: "iam_role", s3_role_arn: roleArn },
        ...{ s3_is_accelerated: true, s3_cloudfront_domain: "d.cloudfront.net" },
        ...{ s3_cloudfront_public_key_id: "K1", ...chosen },
      },
    ],
    [
      "by keys",
      { ...S3, authMethod: "access_key", ...KEYS, includedExtensions: [] },
      {
        ...{ provider: "aws_s3", s3_bucket_name: "b", s3_bucket_region: "r" },
        ...{ s3_auth_method: "access_key", s3_access_key_id: "AKIDEXAMPLE1" },
        s3_secret_access_key: "very-secret-key",
      },
    ],
    [
      "of Google",
      { ...GCS, prefix: "p/", ...selection },
      {
        ...{ provider: "gc_storage", gc_storage_bucket_name: "b", gc_storage_prefix: "p/" },
        ...{ gc_storage_auth_json_content: "{}", ...chosen },
      },
    ],
  ];

  test.each(all)(
    "%s is sent under the API's names, in both places",
    async (_name, config, sent) => {
      const made = scripted([reply(201, wire)]);
      await createStorageConfig(made.avala, {
        name: "ours",
        ...of,
        ...config,
      });
      expect(made.body()).toEqual({ name: "ours", ...sent });
      const set = scripted([reply(201, { uid: "d", name: "d", slug: "d" })]);
      const dataset = { name: "d", slug: "d", dataType: "image", organizationUid: "o1" };
      await createDataset(set.avala, { ...dataset, providerConfig: config });
      expect(set.body()).toMatchObject({ provider_config: sent });
    },
  );

  test.each([
    ["a role with a key", { ...S3, ...of, roleArn, accessKeyId: "A" }, "accessKeyId"],
    ["a role that is not named", { ...S3, ...of, authMethod: "iam_role" }, "roleArn"],
    ["a role beside keys", { ...S3, ...of, ...KEYS, authMethod: "access_key", roleArn }, "roleArn"],
    ["half a pair of keys", { ...S3, accessKeyId: "A" }, "secretAccessKey"],
    ["no region", { provider: "aws_s3", bucketName: "b" }, "bucketRegion"],
    ["fields of the other provider", { ...GCS, bucketPrefix: "p/" }, "bucketPrefix"],
    ["a comma in a list", { ...S3, ignoredPaths: ["a,b"] }, "ignoredPaths"],
  ])("with %s is refused before anything is sent", async (_name, config, input) => {
    const { avala, requests } = scripted([reply(201, wire)]);
    const given = { name: "ours", ...config } as StorageConfigInput;
    await expect(createStorageConfig(avala, given)).rejects.toMatchObject({
      code: "input",
      problems: [{ input }],
    });
    const { organization: organizationUid, ...bucket } = { organization: undefined, ...config };
    const dataset = { name: "d", slug: "d", dataType: "image", organizationUid };
    const made = createDataset(avala, { ...dataset, providerConfig: bucket as ProviderConfig });
    await expect(made).rejects.toMatchObject({ code: "input", problems: [{ input }] });
    expect(requests).toEqual([]);
  });

  test("a role is refused before anything is sent for a dataset of no organization", async () => {
    const { avala, requests } = scripted([]);
    const bucket = { name: "d", slug: "d", dataType: "image", providerConfig: { ...S3, roleArn } };
    const problems = [{ input: "roleArn" }];
    await expect(createDataset(avala, bucket)).rejects.toMatchObject({ code: "input", problems });
    expect(requests).toEqual([]);
  });
});
