// Export, Webhook and StorageConfig.
import type { ExportOutputs } from "../../provider/handlers/export/inputs";
import type { WebhookOutputs } from "../../provider/handlers/plain/webhook";
import type { EmulatorOptions } from "../../emulator/index";
import {
  checked,
  createBench,
  failuresOf,
  hearingTransport,
  make,
  unfinished,
  type Bench,
} from "../support/provider";

let bench: Bench;
const start = async (options: EmulatorOptions = {}): Promise<void> => {
  bench = await createBench({}, options);
};
afterEach(() => bench.stop());

describe("Export", () => {
  const project = (): string => bench.avala.addProject("roads", { tasks: 4, exportable: 4 }).uid;

  test("is started once, waited for, and has its file", async () => {
    await start({ exportMs: 30 });
    const given = { projects: [project()], baseName: "release" };
    const { id, outs } = await make(bench.handlers().export, given);
    expect(outs).toMatchObject({
      uid: id,
      state: "completed",
      name: expect.stringMatching(/^release-[0-9a-f]{8}$/) as string,
    });
    expect((await fetch(String(outs.downloadUrl))).status).toBe(200);
    expect(bench.writes()).toEqual(["POST /exports/"]);
  });

  test("read again has another URL, and that is not a difference", async () => {
    await start();
    const handler = bench.handlers().export;
    const { id, inputs, outs } = await make(handler, { projects: [project()] });
    const { props } = await handler.read(id, outs);
    expect(await handler.diff(id, props as ExportOutputs, inputs)).toEqual({
      changes: false,
      replaces: [],
    });
  });

  test("of the same sources in another order is the same", async () => {
    await start();
    const handler = bench.handlers().export;
    const [one, two] = [project(), bench.avala.addProject("rivers").uid];
    const { id, outs } = await make(handler, { projects: [one, two] });
    const news = await checked(handler, { projects: [two, one, two] });
    expect(await handler.diff(id, outs, news)).toMatchObject({ changes: false });
  });

  test.each([{ triggers: { commit: "b" } }, { format: "YOLO" }, { filterQueryString: "x=1" }])(
    "with other %j is a new one, under a name of its own",
    async (more) => {
      await start();
      const handler = bench.handlers().export;
      const given = { projects: [project()], triggers: { commit: "a" } };
      const { id, outs } = await make(handler, given);
      const news = await checked(handler, { ...given, ...more });
      const { replaces } = await handler.diff(id, outs, news);
      expect(replaces).toEqual(["name", Object.keys(more)[0]]);
    },
  );

  test("that fails is not kept, so the next up starts another", async () => {
    await start({ dialect: { exportReason: "error" } });
    bench.avala.failExports("annotations are locked");
    const handler = bench.handlers().export;
    const given = { projects: [project()] };
    const failed = make(handler, given);
    await expect(failed).rejects.toThrow(/annotations are locked/);
    await expect(failed).rejects.not.toHaveProperty("id");
  });

  test("that is still running at the deadline is found again by its uid", async () => {
    await start({ exportMs: 1500 });
    const handler = bench.handlers().export;
    const given = { projects: [project()], __provider: "loader" };
    const short = await checked(handler, { ...given, timeoutMinutes: 0.001 });
    const running = await unfinished<ExportOutputs>(handler.create(short));
    expect(running.properties).toMatchObject({ state: "running", __provider: "loader" });
    const news = await checked(handler, given);
    expect(await handler.diff(running.id, running.properties, news)).toEqual({
      changes: true,
      replaces: [],
    });
    bench.writes();
    const { outs } = await handler.update(running.id, running.properties, news);
    expect(outs).toMatchObject({ state: "completed", uid: running.id });
    expect(bench.writes()).toEqual([]);
  });

  test("needs something to export", async () => {
    await start();
    expect(await failuresOf(bench.handlers().export, { datasets: [] })).toEqual([
      expect.objectContaining({ property: "datasets" }),
    ]);
  });

  test("that has left the server is gone, and any other error is one", async () => {
    await start();
    const handler = bench.handlers().export;
    const outs = { name: "release", projects: [] } as unknown as ExportOutputs;
    expect(await handler.read("00000000-0000-4000-8000-000000000000", outs)).toEqual({ id: "" });
    const stranger = bench.handlers({ AVALA_API_KEY: "avk_wrong_wrong_wrong" }).export;
    await expect(
      stranger.read("00000000-0000-4000-8000-000000000000", undefined),
    ).rejects.toThrow();
  });
});

describe("Webhook", () => {
  const given = {
    targetUrl: "https://example.com/hook",
    events: ["export.completed", "dataset.created"],
  };

  test("is made, changed, read back without a difference, and removed", async () => {
    await start();
    const { webhook } = bench.handlers();
    const { id, inputs, outs } = await make(webhook, given);
    expect(outs).toMatchObject({ ...given, isActive: true, secret: expect.any(String) as string });
    const { props } = await webhook.read(id, outs);
    expect(await webhook.diff(id, props ?? outs, inputs)).toMatchObject({ changes: false });

    const news = await checked(webhook, { ...given, isActive: false });
    expect(await webhook.diff(id, outs, news)).toEqual({ changes: true, replaces: [] });
    const { outs: changed } = await webhook.update(id, outs, news);
    expect(changed).toMatchObject({ isActive: false, secret: outs.secret });
    await webhook.delete(id, outs);
    await webhook.delete(id, outs);
    expect(await webhook.read(id, outs)).toEqual({ id: "" });
  });

  test("wants an https URL", async () => {
    await start();
    const failures = await failuresOf(bench.handlers().webhook, {
      ...given,
      targetUrl: "http://example.com",
    });
    expect(failures).toEqual([{ property: "targetUrl", reason: "must be an https URL" }]);
  });
});

describe("Webhook with a secret", () => {
  const given = { targetUrl: "https://example.com/hook", events: ["export.completed"] };

  test("of another one is another webhook, made before the old one is removed", async () => {
    await start();
    const { webhook } = bench.handlers();
    const { id, outs } = await make(webhook, { ...given, secret: "one" });
    const call = { urn: "urn:hook", isPreview: true };
    const news = await checked(webhook, { ...given, secret: "two", call });
    expect(await webhook.diff(id, outs, news)).toEqual({ changes: true, replaces: ["secret"] });
    expect(bench.told().at(-1)).toContain(id);
    expect(bench.told().join()).not.toMatch(/one|two/);
    const { id: second } = await webhook.create(news);
    expect(second).not.toBe(id);
  });

  test("that is no longer declared keeps the one that it has", async () => {
    await start();
    const { webhook } = bench.handlers();
    const { id, outs } = await make(webhook, { ...given, secret: "one" });
    const news = await checked(webhook, given);
    expect(await webhook.diff(id, outs, news)).toEqual({ changes: false, replaces: [] });
    const { outs: changed } = await webhook.update(id, outs, news);
    expect(changed).toMatchObject({ secret: "one" });
  });

  test("never sends it in a change", async () => {
    await start();
    const { api, heard } = hearingTransport();
    const { webhook } = bench.handlers({}, { api });
    const { id, outs } = await make(webhook, { ...given, secret: "one" });
    const news = await checked(webhook, { ...given, secret: "one", isActive: false });
    await webhook.update(id, outs, news);
    const patches = heard.filter(({ method }) => method === "PATCH");
    expect(patches).toHaveLength(1);
    expect(String(patches[0]?.body)).not.toContain("secret");
  });
});

describe("Webhook with a test", () => {
  const given = { targetUrl: "https://example.com/hook", events: ["export.completed"], test: true };
  const refuse = () =>
    bench.avala.setFault({
      on: { method: "POST", path: "*/test/" },
      reply: { status: 200, body: { success: false, message: "the target answered 500" } },
    });

  test("shows the server's answer, and is not tried again once it arrived", async () => {
    await start();
    const { webhook } = bench.handlers();
    const { id, inputs, outs } = await make(webhook, given);
    expect(outs).toMatchObject({ isTested: true });
    expect(bench.told().at(-1)).toContain("Test webhook sent.");
    const { props = outs } = await webhook.read(id, outs);
    expect(await webhook.diff(id, props, inputs)).toEqual({ changes: false, replaces: [] });
  });

  test("that fails fails the up, keeps the webhook, and is tried by the next one", async () => {
    await start();
    refuse();
    const { webhook } = bench.handlers();
    const inputs = await checked(webhook, given);
    const failed = await unfinished<WebhookOutputs>(webhook.create(inputs));
    expect(failed.message).toContain("the target answered 500");
    expect(await webhook.diff(failed.id, failed.properties, inputs)).toMatchObject({
      changes: true,
      replaces: [],
    });
    const { outs } = await webhook.update(failed.id, failed.properties, inputs);
    expect(outs).toMatchObject({ uid: failed.id, isTested: true });
  });

  test("is tried at another target, and not while it is not active", async () => {
    await start();
    const { webhook } = bench.handlers();
    const { id, outs } = await make(webhook, given);
    const moved = await checked(webhook, { ...given, targetUrl: "https://example.com/other" });
    bench.writes();
    await webhook.update(id, outs, moved);
    expect(bench.writes()).toEqual(["PATCH /webhooks/{uid}/", "POST /webhooks/{uid}/test/"]);
    await make(webhook, { ...given, isActive: false });
    expect(bench.writes()).toEqual(["POST /webhooks/"]);
  });

  test("takes events in another order for no difference", async () => {
    await start();
    const { webhook } = bench.handlers();
    const events = ["export.completed", "quality.alert"];
    const { id, outs } = await make(webhook, { ...given, events });
    const news = await checked(webhook, { ...given, events: [...events].reverse() });
    expect(await webhook.diff(id, outs, news)).toEqual({ changes: false, replaces: [] });
  });
});

describe("StorageConfig", () => {
  const given = {
    name: "bucket",
    provider: "aws_s3",
    bucketName: "mine",
    bucketRegion: "eu-west-1",
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI",
  };

  test("is made, read back without a difference, replaced by any change, and removed", async () => {
    await start();
    const { storageConfig } = bench.handlers();
    const { id, inputs, outs } = await make(storageConfig, given);
    const { props } = await storageConfig.read(id, outs);
    expect(await storageConfig.diff(id, props ?? outs, inputs)).toEqual({
      changes: false,
      replaces: [],
    });
    const news = await checked(storageConfig, { ...given, secretAccessKey: "rotated" });
    expect(await storageConfig.diff(id, outs, news)).toEqual({
      changes: true,
      replaces: ["secretAccessKey"],
    });
    await storageConfig.delete(id, outs);
    expect(await storageConfig.read(id, outs)).toEqual({ id: "" });
  });

  test("is tried when that is asked for later, and not again once it works", async () => {
    await start();
    const { storageConfig } = bench.handlers();
    const { id, outs } = await make(storageConfig, given);
    const news = await checked(storageConfig, { ...given, test: true });
    expect(await storageConfig.diff(id, outs, news)).toEqual({ changes: true, replaces: [] });
    bench.writes();
    const { outs: tried = outs } = await storageConfig.update(id, outs, news);
    expect(bench.writes()).toEqual(["POST /storage-configs/{uid}/test/"]);
    const { props = tried } = await storageConfig.read(id, tried);
    expect(await storageConfig.diff(id, props, news)).toEqual({ changes: false, replaces: [] });
  });

  test("tells what is missing", async () => {
    await start();
    const failures = await failuresOf(bench.handlers().storageConfig, { provider: "gc_storage" });
    expect(failures.map(({ property }) => property)).toEqual([
      "name",
      "bucketName",
      "authJsonContent",
    ]);
  });
});
