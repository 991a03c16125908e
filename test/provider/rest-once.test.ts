// A Webhook or a StorageConfig whose create took effect, and whose reply was lost.
import type { WebhookOutputs } from "../../provider/handlers/plain/webhook";
import { listStorageConfigs } from "../../src/api/endpoints/storage-configs";
import { listWebhooks } from "../../src/api/endpoints/webhooks";
import { connect } from "../../src/api/connect";
import { virtualClock } from "../support/virtual-clock";
import { checked, createBench, make, unfinished, type Bench } from "../support/provider";

let bench: Bench;
const clock = virtualClock();
beforeEach(async () => {
  bench = await createBench({});
});
afterEach(() => bench.stop());

const lose = (path: string): void => {
  bench.avala.setFault({ on: { method: "POST", path }, when: "after", drop: true });
};
const handlers = () => bench.handlers({}, { clock });

async function count(list: typeof listWebhooks | typeof listStorageConfigs): Promise<number> {
  const { apiKey, baseUrl } = bench.avala;
  const avala = connect({ apiKey, baseUrl, allowInsecureBaseUrl: true });
  const found: unknown[] = [];
  for await (const one of list(avala)) found.push(one);
  avala.close();
  return found.length;
}

const bucket = {
  name: "bucket",
  provider: "aws_s3",
  bucketName: "mine",
  bucketRegion: "eu-west-1",
};
const hook = { targetUrl: "https://example.com/hook", events: ["export.completed"] };

test("a storage config is found, and not made twice", async () => {
  lose("/storage-configs/");
  const { id } = await clock.run(make(handlers().storageConfig, bucket));
  expect(id).not.toBe("");
  expect(await count(listStorageConfigs)).toBe(1);
});

test("one that is alike and was there before is not taken for it", async () => {
  const before = await make(handlers().storageConfig, bucket);
  lose("/storage-configs/");
  const { id } = await clock.run(make(handlers().storageConfig, bucket));
  expect(id).not.toBe(before.id);
  expect(await count(listStorageConfigs)).toBe(2);
});

test("a webhook with a secret of its own is found, and not made twice", async () => {
  lose("/webhooks/");
  const { outs } = await clock.run(make(handlers().webhook, { ...hook, secret: "own" }));
  expect(outs).toMatchObject({ ...hook, secret: "own" });
  expect(await count(listWebhooks)).toBe(1);
});

test("a webhook whose secret went with the reply is in the state, and the next up puts another in its place", async () => {
  lose("/webhooks/");
  const { webhook } = handlers();
  const inputs = await checked(webhook, { ...hook, __provider: "loader" });
  const broken = await clock.run(unfinished<WebhookOutputs>(webhook.create(inputs)));
  expect(broken.message).toMatch(/the response with its secret was lost.*Run up again/s);
  expect(broken.properties).toMatchObject({ uid: broken.id, __provider: "loader" });
  expect(await count(listWebhooks)).toBe(1);

  const { props = broken.properties } = await webhook.read(broken.id, broken.properties);
  expect(await webhook.diff(broken.id, props, inputs)).toEqual({
    changes: true,
    replaces: ["secret"],
  });
  const second = await make(webhook, hook);
  await webhook.delete(broken.id, props);
  expect(second.outs.secret).toEqual(expect.any(String));
  expect(await count(listWebhooks)).toBe(1);
});

test("a webhook without its secret makes way for another one once one is given", async () => {
  lose("/webhooks/");
  const { webhook } = handlers();
  const broken = await clock.run(
    unfinished<WebhookOutputs>(webhook.create(await checked(webhook, hook))),
  );
  const news = await checked(webhook, { ...hook, secret: "own" });
  expect(await webhook.diff(broken.id, broken.properties, news)).toEqual({
    changes: true,
    replaces: ["secret"],
  });
  const { id, outs } = await make(webhook, { ...hook, secret: "own" });
  expect(id).not.toBe(broken.id);
  expect(outs).toMatchObject({ secret: "own" });
  expect(outs).not.toHaveProperty("isSecretLost");
});

test.each(["webhook", "storageConfig"] as const)(
  "a key that may not look is told so, and no second %s is made",
  async (kind) => {
    const path = kind === "webhook" ? "/webhooks/" : "/storage-configs/";
    const given: object = kind === "webhook" ? hook : bucket;
    bench.avala.setFault({
      on: { method: "GET", path },
      times: 0,
      reply: { status: 403, body: { detail: "no" } },
    });
    lose(path);
    const made = make(handlers()[kind] as ReturnType<typeof handlers>["webhook"], { ...given });
    await expect(clock.run(made)).rejects.toThrow(/is not known whether.*check at Avala/s);
    bench.avala.clearFaults();
    expect(await count(kind === "webhook" ? listWebhooks : listStorageConfigs)).toBe(1);
  },
);
