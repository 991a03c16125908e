// What a resource says of a key that lacks scopes: in the preview, and before anything is sent, at the price of one call a
// process.
import type { EmulatorOptions } from "../../emulator/index";
import type { Handler } from "../../provider/process/handler";
import { jpeg } from "../support/temp-tree";
import { checked, createBench, make, type Bench } from "../support/provider";

const KEY = "avk_scoped_000000000000";
const SAID: EmulatorOptions = { dialect: { permissions: "present", scopes: "many" } };
const call = { urn: "urn:one", isPreview: true };
const uid = "00000000-0000-4000-8000-000000000000";

let bench: Bench;
afterEach(() => bench.stop());

async function begin(
  scopes: readonly string[],
  options: EmulatorOptions = SAID,
): Promise<ReturnType<Bench["handlers"]>> {
  bench = await createBench({ "a.jpg": jpeg("a") }, options);
  bench.avala.addKey({ key: KEY, username: "emulator", scopes });
  return bench.handlers({ AVALA_API_KEY: KEY });
}

const asked = (): number =>
  bench.avala.requests().filter(({ path }) => path === "/users/me/permissions/").length;
const warnings = (): readonly string[] =>
  bench.messages.filter(({ severity }) => severity === "warning").map(({ text }) => text);
const fileSet = (): object => ({ root: bench.tree.root, include: ["*.jpg"], versionOf: "cats" });
const bucket = {
  ...{ name: "images", provider: "aws_s3", bucketName: "images", bucketRegion: "eu-west-1" },
  ...{ accessKeyId: "AKIAEXAMPLE000000000", secretAccessKey: "not-a-real-secret-at-all" },
};
const hook = { targetUrl: "https://example.com/hook", events: ["export.completed"] };

test("the scopes that are missing are named before anything is sent, and asked for once", async () => {
  const handlers = await begin(["datasets.read", "datasets.write"]);
  await make(handlers.fileSet, { ...fileSet() });
  bench.writes();
  await expect(make(handlers.export, { datasets: [uid] })).rejects.toThrow(/Export.*exports\.read/);
  expect(bench.writes()).toEqual([]);
  expect(asked()).toBe(1);
});

test("a scope on which the sources disagree is warned of, and the server decides", async () => {
  const handlers = await begin(["datasets.read", "exports.create"], {
    dialect: { permissions: "present", scopes: "few" },
  });
  const given = { datasets: [uid] };
  await checked(handlers.export, { ...given, call });
  const project = bench.avala.addProject("lanes", { tasks: 1, exportable: 1 });
  await make(handlers.export, { projects: [project.uid] });
  expect(warnings().filter((text) => text.includes("exports.read"))).toHaveLength(1);
  expect(bench.writes()).toEqual(["POST /exports/"]);
});

test("a dataset of an organization is warned of without organizations.read", async () => {
  const handlers = await begin(["datasets.read", "datasets.write"]);
  const organizationUid = bench.avala.user()?.organizations[0] ?? "";
  const given = { name: "mine", dataType: "image", organizationUid };
  await checked(handlers.dataset, { ...given, call });
  expect(warnings().join("\n")).toContain("organizations.read");
});

/** Each kind of resource, what makes one, and the scope that this key lacks. */
const KINDS = [
  ["fileSet", () => fileSet(), "datasets.write", "a FileSet"],
  ["dataset", () => ({ name: "mine", dataType: "image" }), "datasets.write", "a Dataset"],
  ["export", () => ({ datasets: [uid] }), "exports.create, exports.read", "an Export"],
  ["storageConfig", () => bucket, "storage.read, storage.write", "a StorageConfig"],
  ["webhook", () => hook, "webhooks.read, webhooks.write", "a Webhook"],
] as const;

describe.each(KINDS)(
  "a new %s of a key that may only read datasets",
  (kind, given, scope, name) => {
    const handlerIn = (handlers: ReturnType<Bench["handlers"]>) =>
      handlers[kind] as unknown as Handler<object, object>;

    test("is warned of in a preview, once for all of its kind", async () => {
      const handler = handlerIn(await begin(["datasets.read"]));
      await checked(handler, { ...given(), call });
      await checked(handler, { ...given(), call: { ...call, urn: "urn:two" } });
      const said = warnings().filter((text) => text.includes(`can't create ${name}`));
      expect(said).toHaveLength(1);
      expect(said[0]).toContain(scope);
      expect(asked()).toBe(1);
      expect(bench.writes()).toEqual([]);
    });

    test("is refused by an up before anything is sent", async () => {
      const handler = handlerIn(await begin(["datasets.read"]));
      await expect(make(handler, { ...given() })).rejects.toThrow(`can't create ${name}`);
      expect(bench.writes()).toEqual([]);
    });

    test.each([
      ["an older server", { dialect: { permissions: "absent", scopes: "many" } }],
      ["a key without scopes", SAID],
    ] as const)("is left without a word by %s", async (_what, options) => {
      const isOld = options !== SAID;
      const handler = handlerIn(await begin(isOld ? ["datasets.read"] : [], options));
      await checked(handler, { ...given(), call });
      expect(warnings()).toEqual([]);
    });
  },
);

describe("what is there", () => {
  const all = ["datasets.read", "datasets.write", "webhooks.read", "webhooks.write"];

  async function withLess(scopes: readonly string[]): Promise<ReturnType<Bench["handlers"]>> {
    const key = "avk_less_00000000000000";
    bench.avala.addKey({ key, username: "emulator", scopes });
    bench.writes();
    return bench.handlers({ AVALA_API_KEY: key });
  }

  test("an update is warned of in a preview and refused by an up", async () => {
    const { id, outs } = await make((await begin(all)).webhook, hook);
    const { webhook } = await withLess(["webhooks.read"]);
    const other = { ...hook, targetUrl: "https://example.com/other" };
    const news = await checked(webhook, { ...other, call }, { ...hook });
    await webhook.diff(id, outs, news);
    expect(warnings().join("\n")).toMatch(/can't update a Webhook.*webhooks\.write/);
    const now = await checked(webhook, other, { ...hook });
    await expect(webhook.update(id, outs, now)).rejects.toThrow(/can't update a Webhook/);
    expect(bench.writes()).toEqual([]);
  });

  test("a change that is only the stack's own needs no right to write", async () => {
    const plain = { name: "mine", dataType: "image" };
    const { id, outs } = await make((await begin(all)).dataset, plain);
    const { dataset } = await withLess(["datasets.read"]);
    const other = { ...plain, onDelete: "delete" };
    const news = await checked(dataset, { ...other, call }, plain);
    await dataset.diff(id, outs, news);
    expect(warnings()).toEqual([]);
    await dataset.update(id, outs, await checked(dataset, other, plain));
    expect(bench.writes()).toEqual([]);
  });

  test("a deletion is refused by an up, and what would stay is not", async () => {
    const handlers = await begin(all);
    const made = await make(handlers.webhook, hook);
    const kept = await make(handlers.dataset, { name: "kept", dataType: "image" });
    const gone = { name: "gone", dataType: "image", onDelete: "delete" };
    const deleted = await make(handlers.dataset, gone);
    const { webhook, dataset } = await withLess(["webhooks.read", "datasets.read"]);
    await expect(webhook.delete(made.id, made.outs)).rejects.toThrow(/can't delete a Webhook/);
    await expect(dataset.delete(deleted.id, deleted.outs)).rejects.toThrow(
      /can't delete a Dataset/,
    );
    await dataset.delete(kept.id, kept.outs);
    expect(bench.writes()).toEqual([]);
  });
});
