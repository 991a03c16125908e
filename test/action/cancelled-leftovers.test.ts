// What a cancelled run says of what it leaves: what landed, what continues at Avala, and how the next run goes on.
import { setTimeout as sleep } from "node:timers/promises";
import { cancelled } from "../../src/flow/clock";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace({
  "images/one.jpg": jpeg("one"),
  "images/three.jpg": jpeg("three"),
  "images/two.jpg": jpeg("two"),
});

const uploading = { dataset: "pets-{digest}", files: "images", concurrency: "1" };
const exporting = { ...uploading, "export-datasets": "uploaded" };

/** Runs the step and cancels it as soon as `isTime`. */
async function cancelWhen(
  isTime: () => boolean,
  inputs: Record<string, string>,
  env: Record<string, string> = {},
): Promise<Recorded> {
  const controller = new AbortController();
  const acted = place.act(inputs, { signal: controller.signal, env });
  while (!isTime()) await sleep(5);
  await sleep(20);
  controller.abort();
  return acted;
}

/** As {@link cancelWhen}. @returns its one error */
async function cancelledWhen(...how: Parameters<typeof cancelWhen>): Promise<string> {
  return errorOf(await cancelWhen(...how));
}

function errorOf({ errors, outputs, summaries }: Recorded): string {
  expect(outputs).toMatchObject({ outcome: "cancelled", complete: "false" });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/^Cancelled\. /);
  expect(summaries[0]).toContain("Cancelled");
  return errors[0] ?? "";
}

const atStorage = (method: "GET" | "POST"): number =>
  place.emulator.requests().filter((one) => one.target === "storage" && one.method === method)
    .length;
const isExporting = (): boolean => place.emulator.exports().length > 0;
const gating = { ...exporting, "status-context": "avala/export", "github-token": "ghs_x" };

const hosted = { RUNNER_ENVIRONMENT: "github-hosted", AVALA_STATE_DIR: "" };

describe("cancelled while files are sent", () => {
  const isSecondUnderWay = (): boolean => atStorage("POST") === 2;
  beforeEach(() => {
    const on = { target: "storage", method: "POST" } as const;
    place.emulator.setFault({ on, skip: 1, times: 0, stall: true });
  });

  test("it says how many landed, and that the next run sends the rest", async () => {
    const text = await cancelledWhen(isSecondUnderWay, uploading);
    expect(text).toMatch(/Cancelled\. The upload to \S+ was stopped before it was done\./);
    expect(text).toMatch(
      /\nLanded: 1 of 3 files, \d+ bytes\.\nRun again: what has landed is not sent again\.$/,
    );
  });

  test("the summary's next step is what to do", async () => {
    const { summaries } = await cancelWhen(isSecondUnderWay, uploading);
    expect(summaries[0]).toMatch(/<br>Landed: 1 of 3 files, \d+ bytes\.\n/);
    expect(summaries[0]).toContain("**Next step:** Run again: what has landed is not sent again.");
  });

  test("it does not promise that where the runner is deleted with its record", async () => {
    const text = await cancelledWhen(isSecondUnderWay, uploading, {
      ...hosted,
      HOME: place.tree.at(".home"),
    });
    expect(text).toContain("Landed: 1 of 3 files, ");
    expect(text).toMatch(
      /the next run sends them again\.\nRun again\. To keep the record, set AVALA_STATE_DIR/,
    );
  });
});

test("cancelled before a file has landed, it says that there is nothing", async () => {
  place.emulator.setFault({ on: { target: "storage" }, times: 0, stall: true });
  const text = await cancelledWhen(() => atStorage("POST") > 0, uploading);
  expect(text).toContain("No file had landed.");
});

test("cancelled while Avala makes the dataset, it says that Avala may not be done", async () => {
  await place.start({ ingestMs: 600_000 });
  const text = await cancelledWhen(() => place.emulator.datasets().length > 0, uploading);
  const [dataset] = place.emulator.datasets();
  expect(text).toContain(
    `Dataset ${dataset?.name} (uid ${dataset?.uid}) was creating when it was last read: if Avala is not done, the next run waits`,
  );
  expect(text).not.toContain("Landed");
});

describe("cancelled while an export runs", () => {
  beforeEach(() => place.start({ exportMs: 600_000 }));

  test("it says which, and how to wait for it", async () => {
    const text = await cancelledWhen(isExporting, exporting);
    const uid = place.emulator.exports()[0]?.uid;
    const [dataset] = place.emulator.datasets();
    expect(text).toContain(`Dataset ${dataset?.name} (uid ${dataset?.uid}) is made`);
    expect(text).toContain(
      `Export ${uid} is still running at Avala.\nWhile it runs, running this step again waits for it; export-uid: ${uid} takes it also once it is complete.`,
    );
  });

  test("it warns of a second one where the workflow gave the name", async () => {
    const text = await cancelledWhen(isExporting, { ...exporting, "export-name": "release" });
    expect(text).toContain("would start a second one");
    expect(text).toContain(`export-uid: ${place.emulator.exports()[0]?.uid}`);
  });
});

test("cancelled while an export is started, it says that there may be one", async () => {
  place.emulator.setFault({ on: { method: "POST", path: "/exports/" }, stall: true });
  const isStarting = (): boolean =>
    place.emulator
      .requests()
      .some(({ method, path }) => method === "POST" && path.endsWith("/exports/"));
  const text = await cancelledWhen(isStarting, exporting);
  expect(text).toContain("may have been started");
});

test("cancelled while a complete export is fetched, it says how to use it", async () => {
  place.emulator.setFault({ on: { target: "storage", method: "GET" }, times: 0, stall: true });
  const downloading = { ...exporting, "download-path": "export" };
  const text = await cancelledWhen(() => atStorage("GET") > 0, downloading);
  expect(text).toContain(`Use it with export-uid: ${place.emulator.exports()[0]?.uid}`);
});

test("a commit status of a cancelled run says so", async () => {
  await place.start({ exportMs: 600_000 });
  const { statuses } = await cancelWhen(isExporting, gating);
  expect(statuses.map(({ state }) => state)).toEqual(["pending", "failure"]);
  expect(statuses[1]?.description).toMatch(/^Cancelled\. /);
});

// Whoever requires the status waits for it: one that stays pending would never be set by this run.
test.each([
  ["success", "is complete.\nUse it with export-uid"],
  ["pending", "This run has sent nothing."],
] as const)(
  "cancelled while the commit status is set to %s, it is a failure then",
  async (last, told) => {
    const controller = new AbortController();
    const acted = await place.act(gating, {
      signal: controller.signal,
      onStatus: async ({ state }) => {
        if (state !== last) return;
        controller.abort();
        throw cancelled("The commit status");
      },
    });
    const states = acted.statuses.map(({ state }) => state);
    expect(states.slice(-2)).toEqual([last, "failure"]);
    expect(acted.statuses.at(-1)?.description).toMatch(/^Cancelled\. /);
    expect(errorOf(acted)).toContain(told);
  },
);
