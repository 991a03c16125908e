// Words that a hostile server says: they reach people as words. No line of a log begins a command, no terminal obeys, and
// the job summary shows text.
import { readFileSync } from "node:fs";
import { run } from "../../action/run";
import { markdownText } from "../../action/report/text";
import type { Emulator, Fault } from "../../emulator";
import { getDataset } from "../../src/api/endpoints/datasets/datasets";
import { waitForDataset } from "../../src/operations/datasets/dataset";
import { AvalaError } from "../../src/errors";
import { waitForExport } from "../../src/operations/export";
import { printable, printableLines } from "../../src/redact";
import { leadingTo, record, type Recorded } from "../support/recorded-action";
import { createBench, make, type Bench } from "../support/provider";
import { sessionWith } from "../support/session";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { rejectionOf } from "../support/thrown";
import { startQuietly } from "../support/quiet-emulator";

const EVIL = [
  "\u001b[2J\u001b]0;owned\u0007",
  "\n::set-output name=dataset-uid::owned",
  "\r\n::error::owned",
  "\n  ::add-mask::a",
  "\u2028::stop-commands::x",
  "\u0085::warning::owned",
  "\u00a0::notice::owned",
  "##[error]owned ##[add-mask]a",
  "\u202egpj.exe\u2066",
  "<img src=x onerror=alert(1)>",
  "[click](https://evil.example)",
  "https://evil.example/www.evil.example",
  "| a | b |",
  "$$x$$ `code` @octocat #1",
].join(" ");

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** What GitHub's runner takes for a command: `::` behind any blanks of Unicode at a line's start, or `##[` anywhere. */
const isCommand = (line: string): boolean => line.trim().startsWith("::") || line.includes("##[");

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startQuietly();
});
afterEach(() => emulator.stop());

function dataset(more: object): object {
  const whole = { uid: "u", name: "set", slug: "set", data_type: "image", status: "created" };
  return { ...whole, item_count: 1, owner_name: "emulator", ...more };
}

describe("an error of the core", () => {
  test.each([
    ["detail", 400, { detail: EVIL }],
    ["a field and its message", 400, { [EVIL]: [EVIL] }],
    ["a code and its page", 400, { detail: "no", code: EVIL, doc_url: EVIL }],
    ["a failure of the server", 500, { detail: EVIL }],
  ])("has no control character of the server's: %s", async (_name, status, body) => {
    emulator.setFault({ on: { target: "api" }, times: 0, reply: { status, body } });
    const error = await rejectionOf(getDataset(sessionWith(emulator).avala, "u"));
    expect(`${error.message}${error.hint ?? ""}`).not.toMatch(OBEYED);
    expect(error.message.split("\n")).toHaveLength(1);
  });

  test.each([
    ["a redirect", { Location: `https://evil.example/${encodeURIComponent("\u001b[2J")}` }, 302],
    ["a type", { "Content-Type": "text/\u009b2J::error::x" }, 200],
  ])("has none of a header's: %s", async (_name, headers, status) => {
    emulator.setFault({ on: { target: "api" }, times: 0, reply: { status, headers, body: "x" } });
    const error = await rejectionOf(getDataset(sessionWith(emulator).avala, "u"));
    expect(error.message).not.toMatch(OBEYED);
  });

  test("has none of a dataset's or an export's that ended badly", async () => {
    const { avala } = sessionWith(emulator);
    const reply = { status: 200, body: dataset({ status: "failed", name: EVIL }) };
    emulator.setFault({ on: { path: "/datasets/*" }, times: 0, reply });
    const found = await getDataset(avala, "u");
    const body = { uid: "e", name: EVIL, status: "failed", error: EVIL };
    emulator.setFault({ on: { path: "/exports/*" }, times: 0, reply: { status: 200, body } });
    const errors = [
      await rejectionOf(waitForDataset(avala, { ...found, uid: "u" }, { timeoutMs: 1000 })),
      await rejectionOf(waitForExport(avala, "e", { timeoutMs: 1000 })),
    ];
    for (const { message } of errors) {
      expect(message).not.toMatch(OBEYED);
      expect(message.split("\n")).toHaveLength(1);
    }
  });

  test("has none whoever makes it, and keeps the breaks of its own", () => {
    const error = new AvalaError("input", "a:\n  - b\u001b[2J", { hint: "c\u0007" });
    expect(error).toMatchObject({ message: "a:\n  - b [2J", hint: "c" });
  });

  test("turns no text around", () => {
    expect(printable("a\u202eb\u2066c")).toBe("a b c");
    expect(printableLines("  a\u202eb\r\n c")).toBe("  a b\n c");
  });
});

describe("the Action", () => {
  let tree: TempTree;
  beforeEach(() => {
    tree = createTempTree({ "images/one.jpg": jpeg("one") });
  });
  afterEach(() => tree.remove());

  async function act(inputs: Record<string, string> = {}): Promise<Recorded> {
    const to = leadingTo(emulator);
    const given = { dataset: "pets", files: "images", "export-datasets": "uploaded" };
    const status = { "status-context": "avala", "github-token": "ghs_token_of_the_job" };
    const recorded = record({
      tree,
      env: to.env,
      inputs: { ...to.inputs, ...given, ...status, ...inputs },
    });
    await run(recorded.environment);
    return recorded;
  }

  function check({ lines, warnings, errors, summaries, statuses }: Recorded): void {
    const told = [...lines, ...warnings.map(({ text }) => text), ...errors];
    for (const line of told.flatMap((text) => text.split("\n"))) {
      expect(isCommand(line)).toBe(false);
      expect(line).not.toMatch(OBEYED);
    }
    const [summary = ""] = summaries;
    expect(summary).not.toMatch(OBEYED);
    expect(summary).not.toContain("##[");
    expect(summary).not.toMatch(/<img|\[click\]|https:\/\/evil|@octocat|\$\$|`code`/);
    for (const { description } of statuses) expect(description).not.toMatch(OBEYED);
  }

  test.each<[string, Fault]>([
    [
      "a refusal",
      { on: { path: "*file-upload-url/" }, reply: { status: 400, body: { detail: EVIL } } },
    ],
    [
      "a failure, again and again",
      { on: { target: "api" }, reply: { status: 503, body: { detail: EVIL } } },
    ],
    [
      "a dataset's status and name",
      {
        on: { path: "/datasets/*-*-*-*-*/" },
        reply: { status: 200, body: dataset({ status: EVIL, name: EVIL }) },
      },
    ],
    [
      "items of other names",
      {
        on: { path: "*/items/" },
        reply: {
          status: 200,
          body: {
            results: [
              { uid: "i", key: EVIL },
              { uid: "j", key: "images/one.jpg" },
            ],
            next: null,
          },
        },
      },
    ],
    [
      "an export's status and name",
      {
        on: { method: "GET", path: "/exports/*-*/" },
        reply: { status: 200, body: { uid: "e", name: EVIL, status: EVIL } },
      },
    ],
    [
      "a failed export",
      {
        on: { method: "GET", path: "/exports/*-*/" },
        reply: { status: 200, body: { uid: "e", name: EVIL, status: "failed", error: EVIL } },
      },
    ],
    [
      "a store's refusal",
      {
        on: { target: "storage" },
        reply: {
          status: 400,
          body: `<Error><Code>${EVIL}</Code><Message>${EVIL}</Message></Error>`,
        },
      },
    ],
  ])("shows words as words: %s", async (_name, fault) => {
    emulator.setFault({ ...fault, times: 0 });
    const recorded = await act({ "timeout-minutes": "0.02" });
    expect(recorded.lines.length + recorded.errors.length).toBeGreaterThan(0);
    check(recorded);
  });

  test("puts out names and words only, whatever the server calls a dataset and an export", async () => {
    const names = { uid: "u$(touch owned)", slug: "`touch owned`" };
    const [status, download_url] = [EVIL, "javascript:alert(1)//x.example/e"];
    emulator.setFault(
      {
        on: { method: "POST", path: "/datasets/manual-upload/" },
        times: 0,
        reply: { status: 201, body: dataset(names) },
      },
      {
        on: { method: "GET", path: "/exports/*" },
        times: 0,
        reply: { status: 200, body: { uid: "e", status, download_url } },
      },
    );
    const uploaded = await act({
      ...{ "export-datasets": "", "status-context": "", "wait-for-dataset": "false" },
    });
    const exported = await act({
      ...{ files: "", dataset: "", "export-datasets": "", "export-uid": "e" },
      "timeout-minutes": "0.02",
    });
    expect(uploaded.errors).toEqual([]);
    expect(uploaded.warnings.map(({ text }) => text).join()).toContain("is left empty");
    const values = [uploaded, exported].flatMap(({ outputs }) => [
      ...["dataset-uid", "dataset-slug", "export-uid", "export-status", "download-url"].map(
        (name) => outputs[name] ?? "",
      ),
    ]);
    expect(values.join("")).toContain("owned");
    for (const value of values) expect(value).toMatch(/^[\p{L}\p{N} ._-]*$/u);
  });

  test("masks what is a download link, and not every letter a server calls one", async () => {
    const body = { uid: "e", status: "completed", download_url: "e" };
    emulator.setFault({
      on: { method: "GET", path: "/exports/*-*/" },
      times: 0,
      reply: { status: 200, body },
    });
    const recorded = await act();
    expect(recorded.secrets).not.toContain("e");
    expect(recorded.text()).toContain("Started export");
  });

  test("writes a report without secrets that a server quotes", async () => {
    const detail = `no ${emulator.apiKey} and ghs_token_of_the_job`;
    emulator.setFault({
      on: { path: "*file-upload-url/" },
      times: 0,
      reply: { status: 400, body: { detail } },
    });
    const { outputs, statuses, summaries } = await act();
    const report = readFileSync(outputs.report ?? "", "utf8");
    for (const text of [report, JSON.stringify(statuses.map((s) => s.description)), ...summaries]) {
      expect(text).not.toContain(emulator.apiKey);
      expect(text).not.toContain("ghs_token_of_the_job");
    }
  });
});

describe("text in a job summary", () => {
  test.each([
    ["a link of its own", "https://evil.example"],
    ["a link without a scheme", "www.evil.example"],
    ["a formula", "$x$"],
    ["a list", "- a"],
    ["a heading of the line before", "==="],
    ["a numbered list", "1. a"],
  ])("is no %s", (_name, text) => {
    expect(markdownText(text, [])).not.toBe(text);
    expect(markdownText(text, [])).not.toMatch(/:\/\/|www\.|\$|^[-+=]|^\d+\./);
  });

  test("stays as it is where nothing is meant", () => {
    expect(markdownText("a-b.jpg, 1.0 kB: 3 of 4", [])).toBe("a-b.jpg, 1.0 kB: 3 of 4");
  });
});

describe("the provider", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench({ "a.jpg": jpeg("a") });
  });
  afterEach(() => bench.stop());

  test("tells words as words, in what lasts and in what only shows", async () => {
    const handlers = bench.handlers();
    const { outs } = await make(handlers.fileSet, { root: bench.tree.root, versionOf: "set" });
    bench.avala.setFault({
      on: { path: "/datasets/*-*-*-*-*/" },
      reply: { status: 200, body: dataset({ status: EVIL, name: EVIL }) },
    });
    const { datasetName, uploadUid, manifest, digest } = outs as unknown as Record<string, string>;
    bench.avala.setFault({
      on: { path: "*/items/" },
      reply: {
        status: 200,
        body: {
          results: [
            { uid: "i", key: EVIL },
            { uid: "j", key: "a.jpg" },
          ],
          next: null,
        },
      },
    });
    const files = { datasetName, uploadUid, manifest, digest };
    const made = make(handlers.dataset, { files, dataType: "image" });
    // What the engine prints of a failure is its stack, which this border has made of the words for people.
    const { message, stack } = await made.then(
      () => new Error("an error was expected"),
      (reason: Error) => reason,
    );
    const said = [message, stack ?? "", ...bench.messages.map(({ text }) => text)];
    expect(said.join()).toContain("owned");
    for (const text of said) expect(text).not.toMatch(OBEYED);
  });
});
