// The Action's bundle as it is committed, run as a runner runs it, on the Nodes that it is made for.
import { closeSync, cpSync, existsSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator, EmulatorOptions } from "../../emulator";
import { createTempTree, leadingTo, type TempTree } from "../support/recorded-action";
import { DIST, runBundle, type Job, type JobResult } from "../support/action-runner";
import { describeWithPart } from "../support/parts";
import { jpeg } from "../support/temp-tree";
import { startQuietly } from "../support/quiet-emulator";
import { json, replyServer } from "../support/reply-server";

let tree: TempTree;
let emulator: Emulator;

async function start(options: EmulatorOptions = {}): Promise<void> {
  await emulator?.stop();
  emulator = await startQuietly({ ingestMs: 50, exportMs: 50, ...options });
}

beforeEach(async () => {
  tree = createTempTree({ "images/one.jpg": jpeg("one"), "images/two.jpg": jpeg("two") });
  await start();
});
afterEach(async () => {
  tree.remove();
  await emulator.stop();
});

function run(inputs: Record<string, string>, more: Partial<Job> = {}): Promise<JobResult> {
  return runBundle({ tree, ...more, inputs: { ...leadingTo(emulator).inputs, ...inputs } });
}

const whole = {
  files: "images",
  dataset: "pets-{digest}",
  "export-datasets": "uploaded",
  "download-path": "export",
};

/** What a run shows but for the commands that mask. */
function shown({ lines, stderr, summary }: JobResult): string {
  return [...lines.filter((line) => !line.startsWith("::add-mask::")), stderr, summary].join("\n");
}

function errorsOf({ lines }: JobResult): string[] {
  return lines.filter((line) => line.startsWith("::error"));
}

function describeBundle(node?: string): void {
  const on = node === undefined ? {} : { node };

  test("does the main job and shows no secret", async () => {
    const result = await run(whole, { ...on, env: { RUNNER_DEBUG: "1" } });
    expect(errorsOf(result)).toEqual([]);
    expect(result.stderr).toBe("");
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({
      outcome: "exported",
      complete: "true",
      "files-uploaded": "2",
      "export-status": "completed",
      "download-path": tree.at("export"),
    });
    expect(result.summary).toContain("## Avala: Export complete");
    expect(result.lines[0]).toBe(`::add-mask::${emulator.apiKey}`);
    expect(shown(result)).toContain("/datasets/manual-upload/file-upload-url/");
    expect(shown(result)).not.toContain(emulator.apiKey);
    expect(shown(result)).not.toContain(result.outputs["download-url"]);
    expect(shown(result)).not.toMatch(/X-Amz-Signature/i);
  });

  test("sends nothing for the same content", async () => {
    await run(whole, on);
    const result = await run({ files: "images", dataset: "pets-{digest}" }, on);
    expect(result.outputs).toMatchObject({ outcome: "unchanged", "files-uploaded": "0" });
    expect(result.code).toBe(0);
  });

  test("ends a refusal with one error, no stack, and exit code 1", async () => {
    const result = await run({ ...whole, files: "none", concurrency: "many" }, on);
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toHaveLength(1);
    expect(shown(result)).not.toMatch(/\n\s+at /);
    expect(result.outputs).toMatchObject({ outcome: "invalid", complete: "false" });
  });
}

describe("on the Node of the tests", () => {
  describeBundle();

  test("takes an export that it fetched before from the tool cache", async () => {
    const first = await run(whole);
    const again = await run({
      "export-uid": first.outputs["export-uid"] ?? "",
      "download-path": "again",
    });
    expect(again.code).toBe(0);
    expect(again.lines.join("\n")).toContain("taken from this machine's cache");
    const fetched = emulator
      .requests()
      .filter(({ method, target }) => method === "GET" && target === "storage");
    expect(fetched).toHaveLength(1);
  });

  test("takes no file of another export, and puts none outside of download-path, whatever the server calls it", async () => {
    const { host, origin } = new URL(emulator.storageUrl);
    const answerWith = (uid: string, body: string): void => {
      const reply = { uid, status: "completed", download_url: `${origin}/export` };
      emulator.clearFaults();
      emulator.setFault(
        {
          on: { method: "GET", path: "/exports/*" },
          times: 0,
          reply: { status: 200, body: reply },
        },
        { on: { target: "storage" }, times: 0, reply: { status: 200, body } },
      );
    };
    const asked = { "download-path": "workspace/export", "allow-storage-hosts": host };
    for (const uid of ["x----------pwned-txt", "x/../../../pwned.txt", "exp_1", "exp-1"]) {
      answerWith(uid, "{}");
      const result = await run({ ...asked, "export-uid": "e" });
      expect(result.code).toBe(1);
      expect(result.outputs["download-path"]).toBe("");
    }
    expect(existsSync(tree.at("pwned.txt.json"))).toBe(false);
    expect(existsSync(tree.at("workspace"))).toBe(false);
    for (const uid of ["exp_1", "exp-1"]) {
      answerWith(uid, JSON.stringify([uid]));
      await run({ ...asked, "export-uid": uid });
      const file = tree.at(`workspace/export/export-${uid}.json`);
      expect(readFileSync(file, "utf8")).toContain(uid);
    }
  });

  test("reads of its files only those that it needs", async () => {
    const bundle = tree.at(".bundle");
    const bring = (file: string): void => cpSync(path.join(DIST, file), path.join(bundle, file));
    bring("index.js");
    const refused = await run({ files: "images", dataset: "" }, { bundle });
    expect(errorsOf(refused)).toEqual([expect.stringContaining("dataset")]);
    bring("undici.js");
    const planned = await run({ files: "images", dataset: "pets", "dry-run": "true" }, { bundle });
    expect(errorsOf(planned)).toEqual([]);
    expect(planned.code).toBe(0);
    const sent = await run({ files: "images", dataset: "pets" }, { bundle });
    expect(errorsOf(sent)).toEqual([]);
    expect(sent.outputs).toMatchObject({ outcome: "uploaded" });
  });

  test("puts out its outputs when its log can't be written, and says so", async () => {
    const full = openSync("/dev/full", "w");
    const result = await run(whole, { stdout: full });
    closeSync(full);
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({ outcome: "exported", complete: "true" });
    expect(result.summary).toContain("Lines of the log could not be written");
  });

  test.each([
    ["on a full disk", "/dev/full", "ENOSPC"],
    ["that is not there", "/nowhere/output", "Missing file"],
  ])("fails for outputs %s as what it is, and what was done stands", async (_name, file, text) => {
    const result = await run(whole, { env: { GITHUB_OUTPUT: file } });
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toHaveLength(1);
    expect(errorsOf(result)[0]).toContain(`GITHUB_OUTPUT (${file})`);
    expect(errorsOf(result)[0]).toContain(text);
    expect(errorsOf(result)[0]).toContain("outcome: exported");
    expect(shown(result)).not.toContain("bug in the Action");
    expect(result.summary).toContain("Export complete");
  });

  test("warns of a summary on a full disk, and succeeds", async () => {
    const result = await run(whole, { env: { GITHUB_STEP_SUMMARY: "/dev/full" } });
    expect(result.code).toBe(0);
    expect(result.lines.join("\n")).toContain("GITHUB_STEP_SUMMARY (/dev/full)");
    expect(shown(result)).not.toContain("bug in the Action");
  });

  test.each(["SIGINT", "SIGTERM"] as const)("stops within five seconds of %s", async (signal) => {
    await start({ exportMs: 600_000 });
    let killedMs = 0;
    const result = await run(whole, {
      onStart: (child) => {
        void (async () => {
          while (emulator.exports().length === 0) await sleep(20);
          killedMs = performance.now();
          child.kill(signal);
        })();
      },
    });
    expect(performance.now() - killedMs).toBeLessThan(5_000);
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toHaveLength(1);
    expect(result.outputs).toMatchObject({ outcome: "cancelled", "files-uploaded": "2" });
  });
});

describeWithPart("node24", (node24) => {
  describeBundle(node24.command);
});

describe("the commit status", () => {
  interface Call {
    readonly url: string;
    readonly body: { state: string; context: string; description: string };
  }

  /** GitHub's API, as far as a status goes. */
  async function withGitHub(
    statuses: readonly number[],
    work: (url: string, calls: readonly Call[]) => Promise<void>,
  ): Promise<void> {
    const calls: Call[] = [];
    const server = await replyServer(({ method, url, body }, response) => {
      if (method === "GET") {
        json(response, 200, { statuses: [] });
        return;
      }
      calls.push({ url, body: JSON.parse(body.toString()) as Call["body"] });
      const status = statuses[calls.length - 1] ?? statuses.at(-1) ?? 500;
      json(response, status, { message: "Resource not accessible by integration" });
    });
    try {
      await work(server.origin, calls);
    } finally {
      await server.stop();
    }
  }

  const gated = { ...whole, "status-context": "avala/export", "github-token": "ghs_0123456789" };

  test("stands on the pull request's own commit, not on the merge", async () => {
    const head = "b".repeat(40);
    tree.write({ "event.json": JSON.stringify({ pull_request: { head: { sha: head } } }) });
    await withGitHub([201], async (url, calls) => {
      const env = {
        GITHUB_API_URL: url,
        GITHUB_EVENT_NAME: "pull_request",
        GITHUB_EVENT_PATH: tree.at("event.json"),
      };
      const result = await run(gated, { env });
      expect(errorsOf(result)).toEqual([]);
      expect(calls.map(({ url: path, body }) => [path, body.state, body.context])).toEqual([
        [`/repos/me/pets/statuses/${head}`, "pending", "avala/export"],
        [`/repos/me/pets/statuses/${head}`, "success", "avala/export"],
      ]);
      expect(shown(result)).not.toContain("ghs_0123456789");
    });
  });

  test.each(["cut off {", ""])(
    "stands on the commit given where the event is %j",
    async (event) => {
      tree.write({ "event.json": event });
      await withGitHub([201], async (url, calls) => {
        const env = { GITHUB_API_URL: url, GITHUB_EVENT_PATH: tree.at("event.json") };
        const result = await run({ ...gated, "status-sha": "c".repeat(40) }, { env });
        expect(errorsOf(result)).toEqual([]);
        expect(calls.map(({ body }) => body.state)).toEqual(["pending", "success"]);
      });
    },
  );

  test("is set through the proxy that the runner names", async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? "");
      request.resume().on("end", () => {
        response.writeHead(201, { "Content-Type": "application/json" });
        response.end("{}");
      });
    });
    proxy.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      proxy.emit("connection", socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const env = {
      GITHUB_API_URL: "http://ghes.example/api/v3",
      http_proxy: `http://127.0.0.1:${port}`,
    };
    const result = await run(gated, { env });
    proxy.closeAllConnections();
    proxy.close();
    expect(errorsOf(result)).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.some((target) => target.includes("ghes.example"))).toBe(true);
  });

  test("is refused where the event names no commit, before anything is asked of anyone", async () => {
    await withGitHub([201], async (url, calls) => {
      const env = { GITHUB_API_URL: url, GITHUB_EVENT_NAME: "issue_comment" };
      const result = await run(gated, { env });
      expect(result.code).toBe(1);
      expect(errorsOf(result)[0]).toContain("status-sha");
      expect(calls).toEqual([]);
      expect(emulator.requests()).toEqual([]);
    });
  });

  test("is failure when the export fails", async () => {
    emulator.failExports("broken");
    await withGitHub([201], async (url, calls) => {
      const result = await run(gated, { env: { GITHUB_API_URL: url } });
      expect(result.code).toBe(1);
      expect(calls.map(({ body }) => body.state)).toEqual(["pending", "failure"]);
      expect(calls[0]?.url).toContain("a".repeat(40));
    });
  });

  test("is not decided by a single failure of GitHub's", async () => {
    await withGitHub([502, 201], async (url, calls) => {
      const result = await run(gated, { env: { GITHUB_API_URL: url } });
      expect(result.code).toBe(0);
      expect(calls.map(({ body }) => body.state)).toEqual(["pending", "pending", "success"]);
    });
  });

  test("without the permission, names the line that the workflow lacks", async () => {
    await withGitHub([403], async (url) => {
      const result = await run(gated, { env: { GITHUB_API_URL: url } });
      expect(result.code).toBe(1);
      expect(errorsOf(result)).toHaveLength(1);
      expect(errorsOf(result)[0]).toContain("permissions:%0A  statuses: write");
      expect(emulator.requests()).toEqual([]);
    });
  });
});

// Without the file the work would be done in the main thread, and no result would show it.
test.each(["dist/worker.js", "lib/worker.js"])(
  "a worker thread starts from %s and answers",
  async (file) => {
    const root = path.join(__dirname, "..", "..");
    const worker = new Worker(path.join(root, file), { execArgv: [], env: {} });
    worker.postMessage({ kind: "digest", algorithm: "md5", id: 1, ask: "whole" });
    expect(await once(worker, "message")).toEqual([{ digest: "d41d8cd98f00b204e9800998ecf8427e" }]);
    await worker.terminate();
  },
);
