// A stack on the real engine that is cut off in the middle: by a kill of the provider's process, by Ctrl-C, by
// a kill of the engine. What counts is what the server was sent, and what the next `up` makes of it.
import { setTimeout as sleep } from "node:timers/promises";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { describeWithPart } from "../support/parts";
import type { EngineRun } from "../support/engine";
import { jpeg } from "../support/temp-tree";
import { descendants, isAlive } from "./kills/processes";

const HEAD = 'import * as avala from "@avala/pulumi";\n';
const FILE_SET = `const files = new avala.FileSet("set", { root: "./images", include: ["*.jpg"], concurrency: 4 });\n`;
const DATASET = `const dataset = new avala.Dataset("set", { files });\n`;
const EXPORT = `const release = new avala.Export("release", { datasets: [dataset.uid] });\n`;
const COUNT = 60;
const SIXTY = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [`images/${index}.jpg`, jpeg(`number ${index}`)]),
);
// Four at once: sixty files take three seconds.
const STORE_MS = 200;
/** How soon a run should end that is asked to. */
const STOP_MS = 5_000;

describeWithPart("pulumi", (pulumi) => {
  let it_: AvalaStack;
  afterEach(() => it_.stop());

  async function start(program: string): Promise<void> {
    it_ = await createAvalaStack(pulumi, HEAD + program, { exportMs: 8_000 });
    it_.stack.write(SIXTY);
    it_.avala.setFault({ on: { target: "storage", method: "POST" }, delayMs: STORE_MS, times: 0 });
  }
  const up = (): Promise<EngineRun> => it_.stack.run("up", "--yes", "--skip-preview");
  function pendingOperations(): number {
    const { checkpoint } = JSON.parse(it_.stack.state()) as {
      checkpoint: { latest: { pending_operations?: readonly unknown[] } };
    };
    return checkpoint.latest.pending_operations?.length ?? 0;
  }

  /** Paths that the store has acknowledged, one for each time. */
  const stored = (): readonly string[] =>
    it_.avala
      .requests()
      .filter(
        ({ target, method, status, endTime }) =>
          target === "storage" &&
          method !== "GET" &&
          status < 300 &&
          status > 0 &&
          endTime !== undefined,
      )
      .map(({ key = "" }) => key);
  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await sleep(20);
  }
  const provider = (command: string): boolean => command.includes("cmd/dynamic-provider");
  const engine = (command: string): boolean => command.startsWith(`${pulumi.command} `);
  function signal(to: (command: string) => boolean, name: NodeJS.Signals): void {
    const found = descendants(to);
    expect(found).toHaveLength(1);
    for (const pid of found) process.kill(pid, name);
  }

  /** What has landed, whatever came in between: each file once, but for those that were under way at a kill. */
  async function expectWhole(mostTwice: number): Promise<void> {
    expect(new Set(stored()).size).toBe(COUNT);
    expect(stored().length).toBeLessThanOrEqual(COUNT + mostTwice);
    expect(await it_.avala.objects()).toHaveLength(COUNT);
    expect(it_.avala.datasets()).toHaveLength(1);
    expect(it_.avala.items(it_.avala.datasets()[0]?.uid ?? "")).toHaveLength(COUNT);
  }

  test("a kill of the provider's process loses nothing that has landed", async () => {
    await start(FILE_SET + DATASET);
    const broken = up();
    await until(() => stored().length >= 20);
    signal(provider, "SIGKILL");
    const { code, output } = await broken;
    expect(code).not.toBe(0);
    expect(output).toMatch(/FileSet \(set\):\s+error: error reading from server/);

    await it_.stack.up();
    await expectWhole(4);
  });

  test("Ctrl-C stops an upload in time; what has landed is in the state, and the next up sends the rest", async () => {
    await start(FILE_SET + DATASET);
    const broken = up();
    await until(() => stored().length >= 20);
    signal(engine, "SIGINT");
    const from = performance.now();
    const { code, output } = await broken;
    expect(performance.now() - from).toBeLessThan(STOP_MS);
    expect(code).not.toBe(0);
    expect(output).toMatch(/stopped after \d+ of 60 files/);
    expect(stored().length).toBeLessThan(COUNT);

    // Without the journal: the state alone is enough.
    it_.stack.setEnv({ AVALA_STATE_DIR: `${it_.stack.folder}/other-machine` });
    await it_.stack.up();
    await expectWhole(4);
  });

  test("an export that still ran at a Ctrl-C is found again, and none is started twice", async () => {
    await start(FILE_SET + DATASET + EXPORT);
    it_.avala.clearFaults();
    const broken = up();
    await until(() => it_.avala.exports().length === 1);
    signal(engine, "SIGINT");
    const from = performance.now();
    const { code } = await broken;
    expect(performance.now() - from).toBeLessThan(STOP_MS);
    expect(code).not.toBe(0);

    const seen = await it_.watching(() => it_.stack.up());
    expect(seen.writes).toEqual([]);
    expect(it_.avala.exports()).toHaveLength(1);
  });

  test("a killed engine leaves a lock and a pending create: after pulumi cancel the next up goes on", async () => {
    await start(FILE_SET + DATASET);
    const broken = up();
    await until(() => stored().length >= 20);
    const orphans = descendants(provider);
    signal(engine, "SIGKILL");
    await broken;
    // Nobody told the provider's process: it must find out that it works for nobody, and end.
    await until(() => orphans.every((pid) => !isAlive(pid)));
    expect(stored().length).toBeLessThan(COUNT);
    const { output: locked } = await it_.stack.fails("up", "--yes", "--skip-preview");
    expect(locked).toContain("pulumi cancel");

    await it_.stack.ok("cancel", "--yes");
    const { output } = await it_.stack.up();
    expect(output).toContain("interrupted while creating");
    await expectWhole(4);
    expect(pendingOperations()).toBe(1);
    // Only this takes the note of it out of the state; it does no harm there.
    await it_.stack.refresh("--clear-pending-creates");
    expect(pendingOperations()).toBe(0);
    await it_.stack.up("--expect-no-changes");
  });
});
