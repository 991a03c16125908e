// Secrets in no log, error, state, journal, manifest, plan, report, output or summary: runs that go well and badly, with
// everything that they leave behind searched for every secret there was.
import { run } from "../../action/run";
import type { Emulator, Fault } from "../../emulator";
import { SECRET_FIELDS } from "../../provider/secret-fields";
import { createStorageConfig } from "../../src/api/endpoints/storage-configs";
import { createWebhook } from "../../src/api/endpoints/webhooks";
import { startExport, waitForExport } from "../../src/operations/export";
import { downloadExport } from "../../src/operations/export-download";
import { checksumsText } from "../../src/files/manifest/manifest";
import { packManifest } from "../../src/files/manifest/packing";
import { publishDataset } from "../../src/operations/publish/publish";
import { halfOf } from "../support/night";
import { leadingTo, record } from "../support/recorded-action";
import { createBench, make, type Bench } from "../support/provider";
import { hurriedClock, sessionWith, type Session } from "../support/session";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { filesIn, secretsIn, shownOf, watchSigning } from "../support/overheard";
import { startQuietly } from "../support/quiet-emulator";
import { skippingClock } from "../support/virtual-clock";

// No shape of a key's that a pattern could know: only what knows the key itself can mask it.
const KEY = "Geheim.Schluessel+42/ohne=Muster";
const TOKEN = "ghs_token_of_the_job_0123456789";
const BUCKET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const GCS_KEY = JSON.stringify({
  private_key: "-----BEGIN PRIVATE KEY-----\nMIIEvg-the-secret-part\n",
});
const HOOK_SECRET = "whsec_chosen_by_the_user";

/** What goes wrong, and by what words a server would bring its secrets to light. */
const troubles: readonly (readonly [string, readonly Fault[]])[] = [
  ["nothing", []],
  ["replies that are lost", [{ on: { target: "api" }, skip: 2, times: 0, drop: true }]],
  ["bytes that are lost", [{ on: { target: "storage" }, times: 0, drop: true }]],
  ["replies that are cut", [{ on: { target: "api" }, skip: 2, times: 0, cutAfterBytes: 5 }]],
  ["a policy that has expired", [{ on: { path: "*file-upload-url/" }, times: 3, expired: true }]],
  [
    "a refusal that quotes the key",
    [
      {
        on: { path: "*upload-url/" },
        times: 0,
        reply: {
          status: 400,
          headers: { "X-Request-Id": KEY },
          body: { detail: `X-Avala-Api-Key: ${KEY} is no good`, [KEY]: [KEY] },
        },
      },
    ],
  ],
  [
    "a failure that quotes the key",
    [
      {
        on: { target: "api" },
        skip: 1,
        times: 0,
        reply: { status: 500, headers: { "X-Request-Id": KEY }, body: { detail: KEY } },
      },
    ],
  ],
  [
    "a redirect that quotes the key",
    [
      {
        on: { target: "api" },
        times: 0,
        reply: { status: 302, headers: { Location: `https://x.example/${KEY}?key=${KEY}` } },
      },
    ],
  ],
  [
    "a web page that quotes the key",
    [
      {
        on: { target: "api" },
        times: 0,
        reply: { status: 200, headers: { "Content-Type": `text/html; ${KEY}` }, body: `<p>${KEY}` },
      },
    ],
  ],
  [
    "a store that quotes what it was sent",
    [
      {
        on: { target: "storage" },
        times: 0,
        reply: {
          status: 403,
          body: "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>AWS4-HMAC-SHA256 eyJleHBpcmF0aW9uIjoi</StringToSign></Error>",
        },
      },
    ],
  ],
  [
    "a presigned URL elsewhere",
    [
      {
        on: { path: "*file-upload-url/" },
        times: 0,
        reply: {
          status: 200,
          body: {
            url: `https://evil.example/b?X-Amz-Signature=feedfeed`,
            fields: { policy: "eyJleHBpcmF0aW9uIjoi" },
          },
        },
      },
    ],
  ],
  [
    "a failed export",
    [
      {
        on: { path: "/exports/*-*/" },
        times: 0,
        reply: { status: 200, body: { uid: "e", status: "failed", error: `key ${KEY}` } },
      },
    ],
  ],
  [
    "an export's link elsewhere",
    [
      {
        on: { path: "/exports/*-*/" },
        times: 0,
        reply: {
          status: 200,
          body: {
            uid: "e",
            status: "completed",
            download_url: "https://evil.example/x?X-Amz-Signature=feedfeed",
          },
        },
      },
    ],
  ],
];

// Whatever a run says, none of this is in it: names and first letters of what is signed.
const TELLTALES = [
  "X-Amz-Signature",
  "x-amz-signature",
  "X-Amz-Credential",
  "x-amz-credential",
  "eyJleHBpcmF0aW9uIjoi",
  "feedfeed",
];

let tree: TempTree;
let watched: ReturnType<typeof watchSigning>;
beforeEach(() => {
  tree = createTempTree({ "images/one.jpg": jpeg("one"), "images/two.jpg": jpeg("two") });
  watched = watchSigning();
});
afterEach(() => {
  watched.stop();
  tree.remove();
});

function expectNone(text: string, more: readonly string[] = []): void {
  const secrets = {
    key: [KEY],
    token: [TOKEN],
    signed: watched.secrets(),
    telltale: TELLTALES,
    more,
  };
  expect(secretsIn(text, secrets)).toEqual([]);
}

test("the search finds what is there", () => {
  const error = Object.assign(new Error("x", { cause: { config: { headers: { key: KEY } } } }), {});
  expect(secretsIn(shownOf(error), { key: [KEY] })).toEqual(["key"]);
});

describe("the core", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startQuietly({ apiKey: KEY });
  });
  afterEach(() => emulator.stop());

  /** Which waits for all that it may wait for, in no time. */
  const patientSession = (): Session =>
    sessionWith(emulator, { ports: { clock: skippingClock() } });

  /** The whole way; what fails is handed back as what it throws. */
  async function wholeWay({ avala }: Session): Promise<unknown[]> {
    const outcomes: unknown[] = [];
    const keep = async <T>(work: Promise<T>): Promise<T | undefined> => {
      const outcome = await work.catch((error: unknown) => ({ error }));
      const isError = typeof outcome === "object" && outcome !== null && "error" in outcome;
      outcomes.push(isError ? outcome.error : outcome);
      return isError ? undefined : outcome;
    };
    const files = ["one", "two"].map((name) => {
      const path = `images/${name}.jpg`;
      return { path, absolutePath: tree.at(path), sizeBytes: jpeg(name).length };
    });
    const dataset = { name: "pets", slug: "pets", dataType: "image" } as const;
    const options = { waitMs: () => 2000, stateDirectory: tree.at("state") };
    const made = await keep(publishDataset(avala, { dataset, files, ifExists: "verify" }, options));
    if (made?.outcome === "uploaded") {
      outcomes.push(packManifest(made.upload.manifest), checksumsText(made.upload.manifest));
    }
    const source = { datasets: made && made.outcome !== "partial" ? [made.dataset.uid] : ["d"] };
    const input = { name: "e", format: "f", projects: [], slices: [], ...source };
    const started = await keep(startExport(avala, input).then(({ uid }) => ({ uid })));
    await keep(
      waitForExport(avala, started?.uid ?? "e", { timeoutMs: 2000 }).then(({ status }) => status),
    );
    await keep(downloadExport(avala, started?.uid ?? "e", { toFile: tree.at("out/export") }));
    return outcomes;
  }

  const WAYS = [
    ["by form", "ignored"],
    ["by PUT", "managed"],
  ] as const;
  const played = halfOf(troubles, WAYS).map(([[trouble, faults], [how, uploadReply]]) => ({
    ...{ trouble, faults, how, uploadReply },
  }));

  test.each(played)(
    "with $trouble, shows none: events, results, errors with their causes, the session, the journal, $how",
    async ({ faults, uploadReply }) => {
      await emulator.stop();
      emulator = await startQuietly({ apiKey: KEY, dialect: { uploadReply } });
      emulator.setFault(...faults);
      const session = patientSession();
      const outcomes = await wholeWay(session);
      const shown = [session.avala, ...session.events, ...outcomes].map(shownOf);
      expectNone(shown.join("\n"));
      tree.write({ state: null });
      expectNone(filesIn(tree.at("state")));
    },
  );

  test("of a server that is gone shows none", async () => {
    const session = patientSession();
    await emulator.stop();
    const outcomes = await wholeWay(session);
    expect(outcomes.length).toBeGreaterThan(3);
    expectNone([session.avala, ...session.events, ...outcomes].map(shownOf).join("\n"));
    emulator = await startQuietly();
  });

  test.each([
    ["drops the call", { drop: true }],
    [
      "quotes them",
      {
        reply: {
          status: 400,
          body: { detail: `${HOOK_SECRET} ${BUCKET_KEY} ${GCS_KEY} MIIEvg-the-secret-part` },
        },
      },
    ],
  ])(
    "of a server that %s shows no webhook's secret and no bucket's credentials",
    async (_name, trouble) => {
      emulator.setFault({ on: { method: "POST" }, times: 0, ...trouble });
      const { avala, events } = sessionWith(emulator);
      const bucket = { name: "b", bucketName: "b", bucketRegion: "r" };
      const errors = await Promise.all(
        [
          createWebhook(avala, {
            targetUrl: "https://x.example/",
            events: ["export.completed"],
            secret: HOOK_SECRET,
          }),
          createStorageConfig(avala, {
            ...bucket,
            provider: "aws_s3",
            accessKeyId: "AKID",
            secretAccessKey: BUCKET_KEY,
          }),
          createStorageConfig(avala, {
            ...bucket,
            provider: "gc_storage",
            authJsonContent: GCS_KEY,
          }),
        ].map((work: Promise<unknown>) => work.catch((error: unknown) => error)),
      );
      const shown = [...errors, ...events, avala].map(shownOf).join("\n");
      expectNone(shown, [HOOK_SECRET, BUCKET_KEY, "MIIEvg-the-secret-part"]);
    },
  );
});

describe("the Action, in a debug run", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startQuietly({ apiKey: KEY });
  });
  afterEach(() => emulator.stop());

  async function act(inputs: Record<string, string>): Promise<string> {
    const to = leadingTo(emulator);
    const given = { dataset: "pets-{digest}", files: "images", "timeout-minutes": "0.1" };
    const status = { "status-context": "avala", "github-token": TOKEN };
    const recorded = record({
      tree,
      env: to.env,
      inputs: { ...to.inputs, ...given, ...status, ...inputs },
    });
    await run(recorded.environment);
    const { "download-url": link = "", ...outputs } = recorded.outputs;
    // The link is an output, for a later step; the runner masks it.
    expect(link === "" || recorded.secrets.includes(link)).toBe(true);
    const statuses = recorded.statuses.map(({ state, description }) => `${state} ${description}`);
    expect(recorded.lines.length).toBeGreaterThan(0);
    return [recorded.text(), JSON.stringify(outputs), ...statuses].join("\n");
  }

  test.each(troubles)(
    "with %s, shows none: log, annotations, outputs, summary, status, files",
    async (_name, faults) => {
      emulator.setFault(...faults);
      const text = await act({ "export-datasets": "uploaded", "download-path": "export" });
      expectNone(text);
      for (const folder of [".temp", ".state"]) {
        tree.write({ [folder]: null });
        expectNone(filesIn(tree.at(folder)));
      }
    },
  );

  test("shows none in a plan either", async () => {
    expectNone(await act({ "dry-run": "true" }));
    expect(filesIn(tree.at(".temp"))).toContain("plan.json");
    expectNone(filesIn(tree.at(".temp")));
  });
});

describe("the provider", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench({ "one.jpg": jpeg("one"), "two.jpg": jpeg("two") }, { apiKey: KEY });
  });
  afterEach(() => bench.stop());

  test.each(troubles)(
    "with %s, shows none: messages, failures, and a state without what is secret in it",
    async (_name, faults) => {
      bench.avala.setFault(...faults);
      const handlers = bench.handlers({}, { clock: hurriedClock });
      const attempt = async (
        work: Promise<{ readonly outs: object }>,
      ): Promise<Record<string, unknown>> => {
        const outcome = await work.catch((error: unknown) => ({ error, outs: {} }));
        if ("error" in outcome) expectNone(shownOf(outcome.error));
        const { downloadUrl, ...plain } = outcome.outs as Record<string, unknown>;
        expect(["string", "undefined"]).toContain(typeof downloadUrl);
        expectNone(shownOf(plain));
        return plain;
      };
      const set = await attempt(
        make(handlers.fileSet, { root: bench.tree.root, versionOf: "pets" }),
      );
      const { datasetName, uploadUid, manifest, digest } = set;
      const dataset = await attempt(
        make(handlers.dataset, { files: { datasetName, uploadUid, manifest, digest } }),
      );
      const given = {
        datasets: [dataset["uid"] ?? "d"],
        format: "avala-json-external",
        timeoutMinutes: 0.05,
      };
      await attempt(make(handlers.export, given));
      expectNone(bench.messages.map(({ text }) => text).join("\n"));
    },
  );

  test("keeps a bucket's and a webhook's secrets to the outputs that are secret", async () => {
    const { storageConfig, webhook } = bench.handlers();
    const bucket = {
      name: "b",
      provider: "aws_s3",
      bucketName: "b",
      bucketRegion: "r",
      accessKeyId: "AKID",
      secretAccessKey: BUCKET_KEY,
    };
    const made = await make(storageConfig, bucket);
    const { secretAccessKey, ...plain } = made.outs as unknown as Record<string, unknown>;
    expect(secretAccessKey).toBe(BUCKET_KEY);
    const hook = await make(webhook, {
      targetUrl: "https://x.example/",
      events: ["export.completed"],
      secret: HOOK_SECRET,
    });
    const { secret, ...rest } = hook.outs as unknown as Record<string, unknown>;
    expect(secret).toBe(HOOK_SECRET);
    const told = bench.messages.map(({ text }) => text);
    expectNone([shownOf(plain), shownOf(rest), ...told].join("\n"), [BUCKET_KEY, HOOK_SECRET]);
  });

  test("marks what is secret in every state, whatever the program says", () => {
    const properties = Object.entries(SECRET_FIELDS).map(([kind, paths]) => [
      kind,
      [...new Set(paths.map(([property]) => property))],
    ]);
    expect(Object.fromEntries(properties)).toEqual({
      fileSet: [],
      growingDataset: [],
      qualityTarget: [],
      dataset: ["providerConfig"],
      export: ["downloadUrl"],
      storageConfig: ["accessKeyId", "secretAccessKey", "authJsonContent"],
      webhook: ["secret"],
    });
  });
});
