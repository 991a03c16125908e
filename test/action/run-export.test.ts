// Whole runs on an emulator: exports are made, waited for, judged and fetched.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { AvalaError } from "../../src/errors";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";
import { replyServer, type ReplyServer } from "../support/reply-server";
import { folderCache } from "../support/folder-cache";
import { zipOf } from "../support/zip";

const place = useActionPlace(
  { "images/one.jpg": jpeg("one"), "images/two.jpg": jpeg("two") },
  { ingestMs: 20, exportMs: 20 },
);

const { act, start } = place;

const uploading = { dataset: "pets-{digest}", files: "images" };
const exporting = { ...uploading, "export-datasets": "uploaded" };

function project(tasks: number, exportable: number): string {
  return place.emulator.addProject("labels", { tasks, exportable }).uid;
}

describe("an export of what was uploaded", () => {
  test("is made, waited for, fetched and unpacked", async () => {
    const { outputs, errors, secrets } = await act({ ...exporting, "download-path": "export" });
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({
      outcome: "exported",
      complete: "true",
      "export-uid": place.emulator.exports()[0]?.uid,
      "export-status": "completed",
      "download-path": place.tree.at("export"),
    });
    expect(place.emulator.exports()[0]?.datasets).toEqual([outputs["dataset-uid"]]);
    expect(readdirSync(place.tree.at("export"))).toEqual([`${outputs["dataset-slug"]}.json`]);
    expect(secrets).toContain(outputs["download-url"]);
  });

  test("works as well when the dataset was there already", async () => {
    await act(uploading);
    const { outputs } = await act(exporting);
    expect(outputs).toMatchObject({ outcome: "exported", "files-uploaded": "0" });
    expect(place.emulator.exports()[0]?.datasets).toEqual([outputs["dataset-uid"]]);
  });

  test("is named after the run", async () => {
    await act(exporting, { env: { GITHUB_REPOSITORY: "me/pets", GITHUB_RUN_ID: "42" } });
    expect(place.emulator.exports()[0]?.name).toMatch(/^me\/pets run 42\.1 \([0-9a-f]{8}\)$/);
  });

  test("is only started when nobody waits", async () => {
    const { outputs } = await act({ ...exporting, "wait-for-export": "false" });
    expect(outputs).toMatchObject({ outcome: "export_started", "download-url": "" });
  });
});

describe("an export without an upload", () => {
  test("takes datasets, projects and slices", async () => {
    const { outputs: uploaded } = await act(uploading);
    const uid = project(2, 2);
    const slice = place.emulator.addSlice("test set", [uploaded["dataset-uid"] ?? ""]).uid;
    const { outputs, errors } = await act({ "export-projects": uid, "export-slices": slice });
    expect(errors).toEqual([]);
    expect(outputs.outcome).toBe("exported");
    expect(place.emulator.exports()[0]).toMatchObject({
      projects: [uid],
      slices: [slice],
      datasets: [],
    });
  });

  test("waits for one that exists", async () => {
    const started = await act({ ...exporting, "wait-for-export": "false" });
    const { outputs } = await act({ "export-uid": started.outputs["export-uid"] ?? "" });
    expect(outputs.outcome).toBe("exported");
    expect(place.emulator.exports()).toHaveLength(1);
  });
});

describe("a failed export", () => {
  test("fails the step without a reason, and says where to look for it", async () => {
    place.emulator.failExports("not in the reply");
    const { outputs, errors } = await act(exporting);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/ended as failed.*dashboard/s);
    expect(outputs).toMatchObject({ outcome: "export_failed", complete: "false" });
  });

  test("fails the step with the server's reason, and keeps what is known", async () => {
    await start({ dialect: { exportReason: "error" } });
    place.emulator.failExports("the annotations of two tasks are broken");
    const { outputs, errors } = await act(exporting);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("the annotations of two tasks are broken");
    expect(outputs).toMatchObject({
      outcome: "export_failed",
      complete: "false",
      "files-uploaded": "2",
      "dataset-uid": place.emulator.datasets()[0]?.uid,
      "export-uid": place.emulator.exports()[0]?.uid,
      "export-status": "failed",
      "download-url": "",
    });
  });
});

describe("an export that takes too long", () => {
  test("is an error when the time is over, and a single failed poll is not", async () => {
    await start({ ingestMs: 0, exportMs: 60_000 });
    place.emulator.setFault({
      on: { method: "GET", path: "/exports/*" },
      skip: 2,
      reply: { status: 503 },
    });
    const { outputs, errors } = await act({
      "export-projects": project(1, 1),
      "timeout-minutes": "0.02",
    });
    expect(errors).toHaveLength(1);
    expect(outputs).toMatchObject({ outcome: "timeout", complete: "false" });
    const uid = place.emulator.exports()[0]?.uid ?? "";
    expect(outputs["export-uid"]).toBe(uid);
    expect(errors[0]).toContain("timeout-minutes (0.02,");
    expect(errors[0]).toContain(`export-uid: ${uid}`);
  });

  test("is not said to be under way where an outage let none be started", async () => {
    await start();
    place.emulator.setFault({
      on: { method: "GET", path: "/exports/*" },
      times: 0,
      reply: { status: 503 },
    });
    const { outputs, errors } = await act({
      "export-projects": project(1, 1),
      "timeout-minutes": "0.02",
    });
    expect(outputs).toMatchObject({ outcome: "timeout", "export-uid": "" });
    expect(errors[0]).toContain("to be started");
    expect(errors[0]).toContain("Run again, or raise timeout-minutes.");
    expect(errors[0]).not.toContain("may still complete");
    expect(place.emulator.exports()).toHaveLength(0);
  });

  test("is waited for by the next run of the same sources, which starts no second one", async () => {
    await start({ exportMs: 1_500 });
    const sources = { "export-projects": project(1, 1) };
    const first = await act({ ...sources, "timeout-minutes": "0.01" });
    expect(first.outputs).toMatchObject({ outcome: "timeout" });
    const second = await act(sources, { env: { GITHUB_RUN_ID: "99" } });
    expect(second.outputs).toMatchObject({
      outcome: "exported",
      "export-uid": first.outputs["export-uid"],
    });
    expect(place.emulator.exports()).toHaveLength(1);
  });

  test.each([
    ["other sources", {}, (): Record<string, string> => ({ "export-projects": project(2, 2) })],
    ["another format", {}, (uid: string) => ({ "export-projects": uid, "export-format": "YOLO" })],
    [
      "a name of the workflow's",
      { "export-name": "release" },
      (uid: string) => ({ "export-projects": uid, "export-name": "release" }),
    ],
  ])("is not waited for by a run with %s", async (_what, more, sourcesOf) => {
    await start({ exportMs: 1_500 });
    const uid = project(1, 1);
    await act({ "export-projects": uid, ...more, "timeout-minutes": "0.01" });
    const { outputs } = await act(sourcesOf(uid));
    expect(outputs).toMatchObject({ outcome: "exported" });
    expect(place.emulator.exports()).toHaveLength(2);
  });
});

describe("the gate", () => {
  test.each<[string, [tasks: number, exported: number], Record<string, string>, string]>([
    ["opens at enough tasks", [10, 10], { "gate-min-tasks": "10" }, "exported"],
    ["stays closed at too few tasks", [10, 10], { "gate-min-tasks": "11" }, "gate_closed"],
    ["stays closed at no tasks", [0, 0], {}, "gate_closed"],
    ["opens at no tasks where none are required", [0, 0], { "gate-min-tasks": "0" }, "exported"],
    ["opens at enough exported", [10, 8], { "gate-min-exported": "8" }, "exported"],
    ["stays closed at too few exported", [10, 8], { "gate-min-exported": "9" }, "gate_closed"],
    [
      "opens at a share that is no round number in binary",
      [100, 7],
      { "gate-min-exported": "7%" },
      "exported",
    ],
    ["opens at a share", [10, 8], { "gate-min-exported": "80%" }, "exported"],
    ["stays closed below a share", [10, 8], { "gate-min-exported": "80.5%" }, "gate_closed"],
    ["opens without a condition when all is exported", [10, 10], {}, "exported"],
    ["stays closed without a condition when not all is", [10, 8], {}, "gate_closed"],
  ])("%s", async (_name, [tasks, exported], conditions, outcome) => {
    const { outputs, errors } = await act({
      "export-projects": project(tasks, exported),
      ...conditions,
    });
    const isOpen = outcome === "exported";
    expect(outputs).toMatchObject({ outcome, complete: String(isOpen) });
    expect(errors).toHaveLength(isOpen ? 0 : 1);
  });

  test("downloads nothing while it is closed", async () => {
    await act({ "export-projects": project(10, 8), "download-path": "export" });
    expect(existsSync(place.tree.at("export"))).toBe(false);
  });
});

describe("the commit status", () => {
  const status = { "status-context": "avala/export", "github-token": "ghs_secret" };

  test("is pending, then success", async () => {
    const recorded = await act({ ...exporting, ...status });
    const { statuses, secrets, lines } = recorded;
    expect(statuses.map(({ sha }) => sha)).toEqual(["a".repeat(40), "a".repeat(40)]);
    const told = ["pending", "success"].map((state) =>
      lines.findIndex((line) => line.includes(state) && line.includes("a".repeat(12))),
    );
    expect(told).not.toContain(-1);
    expect(statuses.map(({ state, context }) => [state, context])).toEqual([
      ["pending", "avala/export"],
      ["success", "avala/export"],
    ]);
    expect(secrets).toContain("ghs_secret");
    expect(recorded.text()).not.toContain("ghs_secret");
  });

  test("is failure when the export failed", async () => {
    await start({ dialect: { exportReason: "error" } });
    place.emulator.failExports("broken");
    const { statuses } = await act({ ...exporting, ...status });
    expect(statuses.map(({ state }) => state)).toEqual(["pending", "failure"]);
    expect(statuses[1]?.description).toContain("broken");
  });

  test("has a description that GitHub takes: short, and without characters above U+FFFF", async () => {
    await start({ dialect: { exportReason: "error" } });
    place.emulator.failExports(`broken by ${"🐈".repeat(200)}`);
    const { statuses } = await act({ ...exporting, ...status });
    const description = statuses[1]?.description ?? "";
    expect(description).toContain("broken by");
    expect(description).not.toMatch(/[\u{10000}-\u{10ffff}]|\p{Surrogate}/u);
    expect(description.length).toBeLessThanOrEqual(140);
  });

  test("that can't be set fails the step before anything is sent", async () => {
    const { outputs, errors } = await act(
      { ...exporting, ...status },
      { onStatus: () => Promise.reject(new Error("no permission")) },
    );
    expect(errors).toHaveLength(1);
    expect(outputs.complete).toBe("false");
    expect(place.emulator.requests()).toEqual([]);
  });

  test("that can't be set to success is what the step fails for, and not the export", async () => {
    const refused = new AvalaError("server", "GitHub responded 502.", { retryable: true });
    const { outputs, errors, summaries, statuses } = await act(
      { ...exporting, ...status, "status-context": "it's done" },
      {
        onStatus: ({ state }) =>
          state === "success" ? Promise.reject(refused) : Promise.resolve(),
      },
    );
    const uid = place.emulator.exports()[0]?.uid ?? "";
    expect(outputs).toMatchObject({
      outcome: "status_not_set",
      complete: "false",
      "export-uid": uid,
      "export-status": "completed",
    });
    expect(statuses.map(({ state }) => state)).toEqual(["pending", "success"]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`Export ${uid} is completed`);
    expect(errors[0]).toContain("GitHub responded 502");
    // What is left to do: without a second export, or by hand.
    expect(errors[0]).toContain(`export-uid: ${uid}`);
    expect(errors[0]).toContain(`-f 'context=it'\\''s done'`);
    expect(summaries[0]).toContain("the commit status is not set");
  });

  test("may be waited for at least a minute, also when the run's time is over", async () => {
    await start({ exportMs: 60_000 });
    const { statuses } = await act({
      "export-projects": project(1, 1),
      "timeout-minutes": "0.01",
      ...status,
    });
    expect(statuses.map(({ state, leftMs }) => [state, leftMs])).toEqual([
      ["pending", 60_000],
      ["failure", 60_000],
    ]);
  });

  test("is not touched by a dry run, which says so", async () => {
    const { statuses, warnings } = await act({ ...exporting, ...status, "dry-run": "true" });
    expect(statuses).toEqual([]);
    expect(warnings.map(({ text }) => text).join()).toContain("avala/export is not set");
  });
});

describe("download-path", () => {
  const downloading = { ...exporting, "download-path": "export" };
  let store: ReplyServer;
  let archive: Buffer;
  beforeEach(async () => {
    store = await replyServer((_request, response) => response.end(archive));
  });
  afterEach(() => store.stop());

  /** From now on each export is this archive. */
  function holding(content: Buffer): Record<string, string> {
    archive = content;
    const done = { uid: "e", status: "completed", download_url: `${store.origin}/export` };
    place.emulator.setFault({
      on: { path: "/exports/*" },
      times: 0,
      reply: { status: 201, body: done },
    });
    return { "download-path": "export", "export-uid": "e", "allow-storage-hosts": store.host };
  }

  test("may hold the same export already", async () => {
    const first = await act(downloading);
    const again = await act({
      "export-uid": first.outputs["export-uid"] ?? "",
      "download-path": "export",
    });
    expect(again.errors).toEqual([]);
  });

  test("is never overwritten", async () => {
    const { outputs } = await act(uploading);
    const name = `export/${outputs["dataset-slug"]}.json`;
    place.tree.write({ [name]: "mine" });
    const { errors } = await act(downloading);
    expect(errors[0]).toContain("download-path");
    expect(readFileSync(place.tree.at(name), "utf8")).toBe("mine");
  });

  test("gets none of an export's files when one of them is in the way", async () => {
    const names = ["a.json", "b.json", "c.json"];
    const inputs = holding(zipOf(names.map((name) => ({ name, content: "new" }))));
    place.tree.write({ "export/b.json": "mine" });
    const { errors, outputs } = await act(inputs);
    expect(errors[0]).toContain("b.json already exists in download-path");
    expect(outputs["download-path"]).toBe("");
    expect(readdirSync(place.tree.at("export"))).toEqual(["b.json"]);
  });

  test("keeps the archive as it is with extract: false", async () => {
    const { outputs } = await act({ ...downloading, extract: "false" });
    expect(readdirSync(place.tree.at("export"))).toEqual([`export-${outputs["export-uid"]}.zip`]);
  });

  test("is filled from the cache when the export was fetched before", async () => {
    const exportCache = folderCache(place.tree.at("cache"));
    const first = await act(downloading, { exportCache });
    const again = { "export-uid": first.outputs["export-uid"] ?? "", "download-path": "again" };
    const { errors, lines } = await act(again, { exportCache });
    expect(errors).toEqual([]);
    expect(lines.join("\n")).toContain("taken from this machine's cache");
    expect(readdirSync(place.tree.at("again"))).toEqual(readdirSync(place.tree.at("export")));
    const fetched = place.emulator
      .requests()
      .filter(({ method, target }) => method === "GET" && target === "storage");
    expect(fetched).toHaveLength(1);
  });

  test("is left alone by an archive that leads out of it", async () => {
    const inputs = holding(zipOf([{ name: "../../evil.sh", content: "evil" }]));
    const { outputs, errors } = await act(inputs);
    expect(errors).toHaveLength(1);
    expect(outputs).toMatchObject({ complete: "false", "download-path": "" });
    expect(existsSync(place.tree.at("export"))).toBe(false);
  });

  test("is left alone when a link in it leads elsewhere", async () => {
    const inputs = holding(zipOf([{ name: "inside/a.json", content: "{}" }]));
    place.tree.write({
      elsewhere: null,
      "export/inside": { link: place.tree.at("elsewhere") },
    });
    const { errors } = await act(inputs);
    expect(errors).toHaveLength(1);
    expect(readdirSync(place.tree.at("elsewhere"))).toEqual([]);
  });
});
