// examples/webhook-relay, as the process that it is: Avala's deliveries on one side, GitHub's API on the other.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import { fencedBlocks } from "./support/markdown";
import { startQuietly } from "./support/quiet-emulator";
import { json, replyServer, type Answer, type ReplyServer } from "./support/reply-server";
import {
  runWithSettings,
  SECRET,
  sign,
  startRelay,
  TOKEN,
  type Delivery,
  type Relay,
} from "./support/webhook-relay";

const ROOT = path.join(__dirname, "..");
const PREVIOUS = "whsec_before_it_was_changed_9876";
const PROJECT = "5d1c4b7e-0000-4000-8000-000000000001";
const sha = "ab12".repeat(10);

const accepted: Answer = (_heard, response) => {
  response.writeHead(204);
  response.end();
};
const refused =
  (status: number, headers = {}): Answer =>
  (_heard, response) =>
    json(response, status, { message: `no ${TOKEN}` }, headers);

// GitHub names the limit in words only, at times: no header.
const secondaryLimit: Answer = (_heard, response) =>
  json(response, 403, { message: "You have exceeded a secondary rate limit. Please wait." });

let github: ReplyServer;
let relay: Relay;
/** GitHub's answers in this order, and then it accepts. */
let answers: Answer[] = [];
let heardBefore = 0;

beforeAll(async () => {
  github = await replyServer((...args) => (answers.shift() ?? accepted)(...args));
  relay = await startRelay({
    GITHUB_API_URL: `${github.origin}/`,
    AVALA_WEBHOOK_SECRET_PREVIOUS: PREVIOUS,
    AVALA_PROJECT: PROJECT,
  });
});
afterAll(async () => {
  await relay.stop();
  await github.stop();
});
beforeEach(() => {
  answers = [];
  heardBefore = github.heard.length;
});

const sent = (): ReplyServer["heard"] => github.heard.slice(heardBefore);
const dispatches = (): unknown[] =>
  sent().map(({ body }) => JSON.parse(body.toString()) as unknown);

const signedUrl = "https://storage.avala.ai/e.zip?X-Amz-Signature=0123456789abcdef";

/** An export as the API shows it, unlike any other. */
function exported(more: object = {}): Record<string, unknown> {
  return {
    ...{ uid: randomUUID(), name: `Annotations for ${sha}`, format: "avala-json-external" },
    ...{ status: "completed", total_task_count: 4, exported_task_count: 4 },
    ...{ download_url: signedUrl, datasets: [], projects: [PROJECT], slices: [] },
    ...more,
  };
}

describe("a delivery that Avala signed becomes a dispatch", () => {
  test("for the commit that the export was made for", async () => {
    const body = exported();
    const { status, result } = await relay.deliver({ body });
    expect([status, result]).toEqual([202, "dispatched"]);
    const [{ method, url, headers } = {}] = sent();
    expect([method, url]).toEqual(["POST", "/repos/me/pets/dispatches"]);
    expect(headers?.["authorization"]).toBe(`Bearer ${TOKEN}`);
    expect(dispatches()).toEqual([
      { event_type: "avala-export-completed", client_payload: { export: body["uid"], sha } },
    ]);
  });

  test.each([
    ["has no commit in its name", { name: "September" }],
    ["has a short one", { name: "Annotations for ab12ab1" }],
    ["has one in the middle", { name: `${sha} and more` }],
    ["has one at the end of a longer word", { name: `x${sha}` }],
  ])("without a commit, if the export %s", async (_name, more) => {
    const body = exported(more);
    expect((await relay.deliver({ body })).status).toBe(202);
    expect(dispatches()).toEqual([
      { event_type: "avala-export-completed", client_payload: { export: body["uid"] } },
    ]);
  });

  test("if a quality target was breached", async () => {
    const body = { uid: randomUUID(), name: "Issues", is_breached: true };
    expect((await relay.deliver({ event: "quality.alert", body })).status).toBe(202);
    expect(dispatches()).toEqual([
      { event_type: "avala-quality-alert", client_payload: { target: body.uid } },
    ]);
  });

  test("by the secret before the current one", async () => {
    const { status } = await relay.deliver({ body: exported(), secret: PREVIOUS });
    expect(status).toBe(202);
  });

  test.each([
    ["out", { projects: [] }],
    ["null", { projects: null }],
    ["as objects", { projects: [{ uid: PROJECT, name: "Pets" }] }],
  ])("if Avala leaves the export's sources %s", async (_name, more) => {
    expect((await relay.deliver({ body: exported(more) })).result).toBe("dispatched");
  });
});

describe("nothing is dispatched", () => {
  afterEach(() => expect(sent()).toEqual([]));

  const body = exported();
  const signature = sign(JSON.stringify(body));

  test.each<[string, Delivery]>([
    ["no signature", { body, signature: null }],
    ["an empty signature", { body, signature: "" }],
    ["a signature by another secret", { body, secret: "whsec_of_another_webhook" }],
    ["a signature of another body", { body: { ...body, name: sha }, signature }],
    ["half a signature", { body, signature: signature.slice(0, 32) }],
    ["two signatures", { body, signature: `${signature}, ${signature}` }],
    ["a signature that is not hexadecimal", { body, signature: "z".repeat(64) }],
    ["a signature of an event that is not relayed", { body, event: "task.completed", secret: "x" }],
  ])("for %s", async (_name, delivery) => {
    expect(await relay.deliver(delivery)).toMatchObject({ status: 401, result: "not_signed" });
  });

  test.each([
    ["an event that no gate waits for", { event: "webhook.test", body: { message: "A test." } }],
    ["an export of other projects", { body: exported({ projects: [randomUUID()] }) }],
    ["one that nests them", { body: exported({ projects: [{ uid: randomUUID() }] }) }],
    [
      "an export that the Action made and waits for",
      { body: exported({ name: "me/pets run 42.1 (3f9a1c2e)" }) },
    ],
  ])("for %s, and Avala need not deliver it again", async (_name, delivery) => {
    expect(await relay.deliver(delivery)).toMatchObject({ status: 200, result: "ignored" });
  });

  test.each([
    ["what is not JSON", Buffer.from("{")],
    ["what is not an object", Buffer.from("null")],
    ["a uid that is a path", exported({ uid: "../../x" })],
    ["a name that is not text", exported({ name: { sha } })],
  ])("for %s", async (_name, given) => {
    expect(await relay.deliver({ body: given })).toMatchObject({ status: 400 });
  });

  // It may close the connection while the sender still writes.
  const isCutOff = (body: Buffer | ReadableStream): Promise<unknown> =>
    fetch(`${relay.origin}/avala`, { method: "POST", body, duplex: "half" }).then(
      ({ status }) => status === 413,
      () => true,
    );

  test("for a body that says that it is too large", async () => {
    expect(await isCutOff(Buffer.alloc(2 * 1024 * 1024, " "))).toBe(true);
  });

  test("for a body that becomes too large", async () => {
    const chunks = Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024, " "));
    expect(await isCutOff(ReadableStream.from(chunks))).toBe(true);
  });

  test.each([
    ["GET", "/avala", 405],
    ["POST", "/", 404],
    ["POST", "/avala/../healthz", 404],
    ["GET", "/healthz", 200],
  ])("for %s %s", async (method, target, expected) => {
    expect((await fetch(relay.origin + target, { method })).status).toBe(expected);
  });
});

describe("what comes again is harmless", () => {
  test("the same delivery is answered as before, and dispatched once", async () => {
    const delivery = { body: exported(), id: randomUUID() };
    expect((await relay.deliver(delivery)).result).toBe("dispatched");
    expect(await relay.deliver(delivery)).toMatchObject({ status: 202, result: "repeated" });
    expect(sent()).toHaveLength(1);
  });

  test("several at the same time are dispatched once", async () => {
    const delivery = { body: exported() };
    answers = [refused(500)];
    const replies = await Promise.all([1, 2, 3].map(() => relay.deliver(delivery)));
    expect(replies.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(sent()).toHaveLength(2);
  });

  test("a recorded one under another id is not dispatched", async () => {
    const body = exported();
    await relay.deliver({ body, id: randomUUID() });
    expect((await relay.deliver({ body, id: randomUUID() })).result).toBe("repeated");
    expect(sent()).toHaveLength(1);
  });
});

// The reference's own example of a delivery has neither name nor sources. It may be of the export that the look before it
// made, which would lead to the next, without end.
describe("exports of which the name is not there", () => {
  const nameless = (name?: null): Delivery => {
    const { uid, status, download_url, format } = exported();
    return { body: { uid, status, download_url, format, ...(name === null ? { name } : {}) } };
  };

  test("are one look together, after which the schedule looks, until the relay forgets", async () => {
    const other = await startRelay({ GITHUB_API_URL: github.origin });
    try {
      const first = nameless();
      answers = [refused(404)];
      expect((await other.deliver(first)).status).toBe(502);
      expect((await other.deliver(first)).result).toBe("dispatched");
      expect((await other.deliver(nameless())).result).toBe("repeated");
      expect((await other.deliver(nameless(null))).result).toBe("repeated");
      expect(dispatches().slice(1)).toEqual([
        {
          event_type: "avala-export-completed",
          client_payload: { export: (first.body as { uid: string }).uid },
        },
      ]);
      expect((await other.deliver({ body: exported() })).result).toBe("dispatched");
    } finally {
      await other.stop();
    }
  });
});

describe("while GitHub fails", () => {
  test("a failure that passes is tried again", async () => {
    answers = [refused(502)];
    expect((await relay.deliver({ body: exported() })).status).toBe(202);
    expect(sent()).toHaveLength(2);
  });

  test("the tries end, and the next delivery of the same is a new start", async () => {
    // Until the time of the try is over.
    const hang: Answer = () => undefined;
    const delivery = { body: exported(), id: randomUUID() };
    answers = [refused(500), hang, refused(503)];
    const failed = await relay.deliver(delivery);
    expect(failed).toMatchObject({ status: 503, result: "not_dispatched" });
    expect(failed.headers.get("retry-after")).toBe("60");
    expect(sent()).toHaveLength(3);
    expect((await relay.deliver(delivery)).result).toBe("dispatched");
  });

  test.each([
    ["429", 503, refused(429)],
    ["403 with a time to wait", 503, refused(403, { "Retry-After": "70" })],
    ["403 with nothing left", 503, refused(403, { "X-RateLimit-Remaining": "0" })],
    ["403 that only says that it is a limit", 503, secondaryLimit],
    ["401", 502, refused(401)],
    ["403", 502, refused(403)],
    ["404", 502, refused(404)],
    ["422", 502, refused(422)],
    ["a redirect", 502, refused(307, { Location: "https://elsewhere.example/" })],
  ])(
    "%s is answered as %i at once, so that Avala delivers again",
    async (_name, status, answer) => {
      answers = [answer];
      expect((await relay.deliver({ body: exported() })).status).toBe(status);
      expect(sent()).toHaveLength(1);
    },
  );
});

test("its log has a line for each delivery, and no secret", async () => {
  const id = randomUUID();
  answers = [refused(404)];
  await relay.deliver({ body: exported(), id });
  await relay.deliver({ body: exported(), id: "x\n{}", signature: sign("x") }).catch(() => "");
  const lines = relay.output().trim().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries.find(({ delivery }) => delivery === id)).toMatchObject({
    ...{ level: "error", status: 502, result: "not_dispatched" },
    reason: expect.stringContaining("GITHUB_TOKEN") as string,
  });
  for (const secret of [SECRET, PREVIOUS, TOKEN, "X-Amz-Signature", sign(JSON.stringify({}))])
    expect(relay.output()).not.toContain(secret);
});

describe("without good settings it does not start", () => {
  test("and names each, without its value", async () => {
    const { code, output } = await runWithSettings({
      ...{ AVALA_WEBHOOK_SECRET: "short-secret", GITHUB_TOKEN: "two words", PORT: "99999" },
      ...{ GITHUB_REPOSITORY: "me/..", GITHUB_API_URL: "http://github.example" },
      ...{ AVALA_PROJECT: "a/b", AVALA_WEBHOOK_SECRET_PREVIOUS: "old" },
    });
    expect(code).toBe(1);
    const names = [...output.matchAll(/^([A-Z_]+) must be /gm)].map(([, name]) => name).sort();
    expect(names).toEqual([
      ...["AVALA_PROJECT", "AVALA_WEBHOOK_SECRET", "AVALA_WEBHOOK_SECRET_PREVIOUS"],
      ...["GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN", "PORT"],
    ]);
    for (const value of ["short-secret", "two words", "github.example"])
      expect(output).not.toContain(value);
  });
});

test("it stops when the host says so", async () => {
  const other = await startRelay({ GITHUB_API_URL: github.origin });
  expect((await other.deliver({ body: exported() })).status).toBe(202);
  // On Windows there are no signals: a process is ended.
  expect(await other.stop()).toBe(process.platform === "win32" ? null : 0);
});

test("the README's commands register a webhook", async () => {
  const emulator = await startQuietly();
  try {
    const [commands] = fencedBlocks(ROOT, "examples/webhook-relay/README.md").filter(({ text }) =>
      text.includes("/webhooks/"),
    );
    const env = {
      PATH: process.env.PATH,
      AVALA_API_KEY: emulator.apiKey,
      AVALA_BASE_URL: emulator.baseUrl,
      AVALA_WEBHOOK_SECRET: SECRET,
    };
    const args = ["-euc", commands?.text ?? ""];
    const { stdout } = await promisify(execFile)("bash", args, { env });
    expect(JSON.parse(stdout)).toMatchObject({
      events: ["export.completed", "quality.alert"],
      is_active: true,
      secret: SECRET,
    });
  } finally {
    await emulator.stop();
  }
});
