import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { ExportInput } from "../../src/api/endpoints/exports";
import { AvalaError } from "../../src/errors";
import { systemClock } from "../../src/flow/clock";
import { startExport, waitForExport } from "../../src/operations/export";
import { downloadExport } from "../../src/operations/export-download";
import { rejectionOf } from "../support/thrown";
import { reply, scripted } from "../support/scripted-transport";
import { hurriedClock, sessionWith } from "../support/session";
import { startQuietly } from "../support/quiet-emulator";

const hurried = { ports: { clock: hurriedClock } };

let emulator: Emulator;
let folder: string;
let input: ExportInput;

beforeEach(async () => {
  emulator = await startQuietly({ exportMs: 20 });
  folder = await mkdtemp(join(tmpdir(), "export-"));
  const project = emulator.addProject("lanes");
  input = {
    name: "release",
    format: "avala-json-external",
    datasets: [],
    projects: [project.uid],
    slices: [],
  };
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

/** A gateway gives up on the first start of an export, and the server behind it ends it while the client waits. */
function behindSlowGateway(): Avala {
  const behind: (() => Promise<unknown>)[] = [];
  const clock = {
    now: systemClock.now,
    sleep: async () => {
      for (const effect of behind.splice(0)) await effect();
    },
  };
  const { avala } = sessionWith(emulator, { ports: { clock } });
  let isFirst = true;
  const call: Avala["call"] = async (request) => {
    if (request.route !== "POST /exports/" || !isFirst) return avala.call(request);
    isFirst = false;
    behind.push(() => avala.call(request));
    throw new AvalaError("server", "504 Gateway Time-out", { ambiguous: true });
  };
  return { ...avala, call };
}

function starts(): number {
  return emulator.requests().filter(({ method, path }) => method === "POST" && path === "/exports/")
    .length;
}

describe("starting an export", () => {
  test("waits before it looks, and so finds what the server ended after a gateway gave up", async () => {
    const started = await startExport(behindSlowGateway(), input);
    expect(emulator.exports().map(({ uid }) => uid)).toEqual([started.uid]);
  });

  test("finds the one whose reply was lost by the last of its tries", async () => {
    const on = { method: "POST", path: "/exports/" };
    emulator.setFault({ on, times: 7, reply: { status: 503, body: "" } });
    emulator.setFault({ on, drop: true, when: "after", skip: 7 });
    const started = await startExport(sessionWith(emulator).avala, input);
    expect(emulator.exports().map(({ uid }) => uid)).toEqual([started.uid]);
    expect(starts()).toBe(8);
  });

  test("says of the last lost reply that it may have been started, and asks no more", async () => {
    const on = { method: "POST", path: "/exports/" };
    emulator.setFault({ on, times: 0, reply: { status: 503, body: "" } });
    await expect(startExport(sessionWith(emulator).avala, input)).rejects.toMatchObject({
      code: "server",
      ambiguous: true,
    });
    expect(starts()).toBe(8);
  });

  test("does not try a refusal again that was tried to the end", async () => {
    const on = { method: "POST", path: "/exports/" };
    emulator.setFault({ on, times: 0, reply: { status: 408 } });
    await expect(startExport(sessionWith(emulator).avala, input)).rejects.toMatchObject({
      code: "timeout",
    });
    expect(starts()).toBe(8);
  });

  test("starts one, though the reply was lost", async () => {
    emulator.setFault({ on: { method: "POST", path: "/exports/" }, drop: true, when: "after" });
    const started = await startExport(sessionWith(emulator).avala, input);
    expect(emulator.exports().map(({ uid }) => uid)).toEqual([started.uid]);
  });

  test("starts it when the request never arrived", async () => {
    emulator.setFault({
      on: { method: "POST", path: "/exports/" },
      reply: { status: 503, body: "" },
    });
    await startExport(sessionWith(emulator).avala, input);
    expect(emulator.exports()).toHaveLength(1);
  });

  test("does not take an older export of the same name for the one whose reply was lost", async () => {
    const { avala } = sessionWith(emulator);
    const older = await startExport(avala, input);
    emulator.setFault({ on: { method: "POST", path: "/exports/" }, drop: true, when: "after" });
    const newer = await startExport(avala, input);
    expect(newer.uid).not.toBe(older.uid);
    expect(emulator.exports()).toHaveLength(2);
  });

  test("says that nobody can tell, when the reply was lost and the key may not list exports", async () => {
    emulator.addKey({
      key: "avk_exports_only_0000",
      scopes: ["exports.create"],
      username: "emulator",
    });
    emulator.setFault({
      on: { method: "GET", path: "/exports/" },
      times: 0,
      reply: { status: 403, body: { detail: "No." } },
    });
    emulator.setFault({ on: { method: "POST", path: "/exports/" }, drop: true, when: "after" });
    const { avala } = sessionWith(emulator, { apiKey: "avk_exports_only_0000" });
    await expect(startExport(avala, input)).rejects.toMatchObject({ ambiguous: true });
    expect(emulator.exports()).toHaveLength(1);
  });
});

describe("an export whose reply was lost is found", () => {
  const lost = new AvalaError("network", "reset", { ambiguous: true });
  const wanted: ExportInput = {
    ...{ name: "release", format: "YOLO" },
    ...{ datasets: ["d1", "d2"], projects: [], slices: [] },
  };
  const listed = (...results: readonly object[]): ReturnType<typeof reply> =>
    reply(200, { results });

  test.each([
    ["by its unique name, where its sources come back empty", { name: "release" }],
    ["by its sources, where its name does not come back", { datasets: ["d2", "d1"] }],
    ["by both", { name: "release", datasets: [{ uid: "d1" }, { uid: "d2" }] }],
  ])("%s", async (_how, facts) => {
    const made = { uid: "e1", status: "requested", ...facts };
    const others = [
      { uid: "e2", status: "requested", name: "release", datasets: ["d1"] },
      { uid: "e3", status: "requested", name: "another", datasets: ["d1", "d2"] },
      { uid: "e4", status: "requested" },
    ];
    const { avala } = scripted([listed(), lost, listed(...others, made)], hurried);
    const options = { isNameUnique: true };
    expect(await startExport(avala, wanted, options)).toMatchObject({ uid: "e1" });
  });

  test("but not by a name that any run may give: it may be another's", async () => {
    const others = [{ uid: "e1", status: "requested", name: "release", datasets: [] }];
    const { avala, requests } = scripted([listed(), lost, listed(...others)], hurried);
    await expect(startExport(avala, wanted)).rejects.toMatchObject({
      code: "conflict",
      ambiguous: true,
      message: expect.stringContaining("e1") as string,
    });
    expect(requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("by its sources before one of its name without any", async () => {
    const both = [
      { uid: "e2", status: "requested", name: "release" },
      { uid: "e1", status: "requested", name: "release", datasets: ["d1", "d2"] },
    ];
    const { avala } = scripted([listed(), lost, listed(...both)], hurried);
    expect(await startExport(avala, wanted)).toMatchObject({ uid: "e1" });
  });
});

describe("waiting for an export", () => {
  test("ends with the completed export, and reports its states on the way", async () => {
    const states = ["requested", "processing", "processing", "exported"];
    const { avala, events } = scripted(
      states.map((status) => {
        const url = status === "exported" ? { download_url: "https://cdn.avala.ai/e1.json" } : {};
        return reply(200, { uid: "e1", status, ...url });
      }),
      hurried,
    );
    const ended = await waitForExport(avala, "e1", { timeoutMs: 30_000 });
    expect(ended).toMatchObject({ state: "completed" });
    const told = events.flatMap((event) => (event.kind === "export-status" ? event.status : []));
    expect(new Set(told)).toEqual(new Set(states));
  });

  test("waits a little more for the URL of its file, and not for ever", async () => {
    const done = { uid: "e1", status: "exported" };
    const url = "https://cdn.avala.ai/e1.json";
    const steps = [reply(200, done), reply(200, done), reply(200, { ...done, download_url: url })];
    const late = scripted(steps);
    const ended = late.clock.run(waitForExport(late.avala, "e1", { timeoutMs: 600_000 }));
    expect(await ended).toMatchObject({ downloadUrl: url });
    const never = scripted([reply(200, done)]);
    const startMs = never.clock.now();
    await never.clock.run(waitForExport(never.avala, "e1", { timeoutMs: 600_000 }));
    expect(never.clock.now() - startMs).toBeLessThan(60_000);
  });

  test("is not ended by counts that are not there yet, and does not show them", async () => {
    const counts = { total_task_count: -1, exported_task_count: -1 };
    const running = reply(200, { uid: "e1", status: "processing", ...counts });
    const done = { total_task_count: 4, exported_task_count: 4, download_url: "https://x.y/e" };
    const { avala, events, clock } = scripted([
      running,
      running,
      reply(200, { uid: "e1", status: "exported", ...done }),
    ]);
    const ended = clock.run(waitForExport(avala, "e1", { timeoutMs: 600_000 }));
    expect(await ended).toMatchObject({ totalTaskCount: 4, exportedTaskCount: 4 });
    expect(events).toContainEqual({ kind: "export-status", uid: "e1", status: "processing" });
    expect(JSON.stringify(events)).not.toContain("-1");
  });

  test("is ended by counts that are none of a completed export: a gate decides by them", async () => {
    const counts = { total_task_count: -1, exported_task_count: -1 };
    const { avala, clock } = scripted([reply(200, { uid: "e1", status: "exported", ...counts })]);
    const waited = clock.run(waitForExport(avala, "e1", { timeoutMs: 600_000 }));
    expect(await rejectionOf(waited)).toMatchObject({ code: "bad_reply" });
  });

  test("ends with the failure of an export whose counts are none", async () => {
    const counts = { total_task_count: -1, exported_task_count: -1 };
    const { avala, clock } = scripted([reply(200, { uid: "e1", status: "failed", ...counts })]);
    const waited = clock.run(waitForExport(avala, "e1", { timeoutMs: 600_000 }));
    expect(await rejectionOf(waited)).toMatchObject({ code: "export_failed" });
  });

  test("ends at its time with an export that is done, though its URL is not there", async () => {
    const { avala, clock } = scripted([reply(200, { uid: "e1", status: "exported" })]);
    const ended = clock.run(waitForExport(avala, "e1", { timeoutMs: 5_000 }));
    expect(await ended).toMatchObject({ state: "completed" });
  });

  test("says where to look when the server gives no reason for a failure", async () => {
    const { avala } = scripted([reply(200, { uid: "e1", name: "release", status: "failed" })]);
    await expect(waitForExport(avala, "e1", { timeoutMs: 30_000 })).rejects.toMatchObject({
      code: "export_failed",
      hint: expect.stringMatching(/e1.*dashboard/) as string,
    });
  });

  test("fails with the server's own reason", async () => {
    const body = { uid: "e1", status: "failed", error: "No task of lanes is accepted yet." };
    const { avala } = scripted([reply(200, body)]);
    await expect(waitForExport(avala, "e1", { timeoutMs: 30_000 })).rejects.toMatchObject({
      code: "export_failed",
      message: expect.stringContaining("No task of lanes is accepted yet.") as string,
    });
  });

  test("outlasts an outage of minutes, with one line that says so", async () => {
    // Eight tries of one read, then one read each quarter of a minute.
    const outage = Array.from({ length: 40 }, () => reply(503, { detail: "Back soon." }));
    const { avala, clock, events } = scripted([
      reply(200, { uid: "e1", status: "requested" }),
      ...outage,
      reply(200, { uid: "e1", status: "exported", download_url: "https://cdn.avala.ai/e1.json" }),
    ]);
    const startMs = clock.now();
    const ended = clock.run(waitForExport(avala, "e1", { timeoutMs: 3_600_000 }));
    expect(await ended).toMatchObject({ state: "completed" });
    expect(clock.now() - startMs).toBeGreaterThan(300_000);
    const warnings = events.filter(({ kind }) => kind === "warning");
    expect(warnings).toMatchObject([{ text: expect.stringContaining("Still waiting") as string }]);
  });

  test("ends a short wait in an outage at its deadline", async () => {
    const { avala, clock } = scripted([reply(503, { detail: "Back soon." })]);
    const startMs = clock.now();
    const ended = clock.run(waitForExport(avala, "e1", { timeoutMs: 3_000 }));
    await expect(ended).rejects.toMatchObject({ code: "timeout" });
    expect(clock.now() - startMs).toBeLessThan(4_000);
  });

  test("is not decided by a 429 or a 503", async () => {
    const { avala } = sessionWith(emulator);
    const { uid } = await startExport(avala, input);
    const on = { method: "GET", path: `/exports/${uid}/` };
    emulator.setFault(
      { on, reply: { status: 503, body: "" } },
      { on, reply: { status: 502, body: "<html>" } },
    );
    expect(await waitForExport(avala, uid, { timeoutMs: 30_000 })).toMatchObject({
      state: "completed",
    });
  });
});

describe("downloading an export", () => {
  test("writes the whole file or none, and presigns again when the URL has expired", async () => {
    const { avala } = sessionWith(emulator);
    const { uid } = await startExport(avala, input);
    await waitForExport(avala, uid, { timeoutMs: 30_000 });
    const expired =
      "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    emulator.setFault({
      on: { target: "storage", method: "GET" },
      reply: { status: 403, body: expired },
    });
    const toFile = join(folder, "deep/export.zip");
    const { sizeBytes } = await downloadExport(avala, uid, { toFile });
    const data = await readFile(toFile);
    expect(data).toHaveLength(sizeBytes);
    expect(data.subarray(0, 2).toString()).toBe("PK");
    expect(await readdir(join(folder, "deep"))).toEqual(["export.zip"]);
  });

  test("tries a reply again that was cut short", async () => {
    const { avala } = sessionWith(emulator);
    const { uid } = await startExport(avala, input);
    await waitForExport(avala, uid, { timeoutMs: 30_000 });
    emulator.setFault({ on: { target: "storage", method: "GET" }, cutAfterBytes: 10 });
    const toFile = join(folder, "export.zip");
    const { sizeBytes } = await downloadExport(avala, uid, { toFile });
    expect(sizeBytes).toBeGreaterThan(10);
  });

  test("leaves nothing behind when it fails", async () => {
    const { avala } = sessionWith(emulator);
    const { uid } = await startExport(avala, input);
    await waitForExport(avala, uid, { timeoutMs: 30_000 });
    emulator.setFault({
      on: { target: "storage", method: "GET" },
      times: 0,
      reply: { status: 404, body: "" },
    });
    await expect(
      downloadExport(avala, uid, { toFile: join(folder, "export.zip") }),
    ).rejects.toMatchObject({ code: "storage" });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("an export's file on the API's own origin", () => {
  const own = { exportHost: "api" } as const;
  beforeEach(async () => {
    await emulator.stop();
    emulator = await startQuietly({ dialect: own });
    input = { ...input, projects: [emulator.addProject("lanes").uid] };
  });

  test("is fetched with the key", async () => {
    const { avala } = sessionWith(emulator);
    const { uid } = await startExport(avala, input);
    const toFile = join(folder, "export.zip");
    await downloadExport(avala, uid, { toFile });
    expect((await readFile(toFile)).subarray(0, 2).toString()).toBe("PK");
  });

  test("is tried again after a 503, and a redirect from there leads to no host that stores no files", async () => {
    const { avala } = sessionWith(emulator);
    const { uid } = await startExport(avala, input);
    const on = { method: "GET", path: "*/download*" };
    emulator.setFault({ on, reply: { status: 503, body: "" } });
    const toFile = join(folder, "export.zip");
    await downloadExport(avala, uid, { toFile });
    const away = { Location: "https://elsewhere.test/file" };
    emulator.setFault({ on, times: 0, reply: { status: 302, body: "", headers: away } });
    await expect(downloadExport(avala, uid, { toFile })).rejects.toMatchObject({
      code: "storage_host",
    });
  });
});
