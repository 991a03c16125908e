// The time budget of a step bounds all calls of the upload: the step ends in time whichever of them the server puts off, says
// which, and the next one goes on.
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";
import type { Recorded } from "../support/recorded-action";
import { virtualClock } from "../support/virtual-clock";

const place = useActionPlace({
  "images/a.jpg": jpeg("a"),
  "images/b.jpg": jpeg("b"),
});

const inputs = { dataset: "pets", files: "images/*.jpg", "time-budget-minutes": "0.5" };
const CONFIRM = { method: "POST", path: "/datasets/manual-upload/" };

/** A step whose server puts off what is named. */
async function putOff(
  on: { readonly method: string; readonly path: string },
  given: Record<string, string> = inputs,
  seconds = 300,
  env: Record<string, string> = {},
): Promise<Recorded & { readonly tookMs: number }> {
  const headers = { "Retry-After": String(seconds) };
  place.emulator.setFault({ on, times: 0, reply: { status: 429, headers } });
  const clock = virtualClock(Date.now());
  const startedMs = clock.now();
  const recorded = await clock.run(place.act(given, { clock, env }));
  return { ...recorded, tookMs: clock.now() - startedMs };
}

const said = ({ warnings }: Recorded): string => warnings.map(({ text }) => text).join("\n");

test.each([
  ["list", "GET", "/datasets/", "pets", 300],
  ["list", "GET", "/datasets/", "pets", 5],
  ["list", "GET", "/datasets/", "pets", 7200],
  ["list", "GET", "/datasets/", "pets-{increment}", 300],
  ["list", "GET", "/datasets/", "pets-{increment}", 7200],
  ["user", "GET", "/users/me/", "pets", 300],
  ["user", "GET", "/users/me/", "pets", 7200],
  ["presign", "POST", "*file-upload-url/", "pets", 300],
  ["presign", "POST", "*file-upload-url/", "pets", 7200],
])("a %s that is put off (%s %s, %s, %i s)", async (_what, method, path, dataset, seconds) => {
  const stopped = await putOff({ method, path }, { ...inputs, dataset }, seconds);
  expect(stopped.errors).toEqual([]);
  expect(stopped.outputs).toMatchObject({ outcome: "partial", complete: "false" });
  expect(stopped.tookMs).toBeLessThanOrEqual(30_000);
  expect(said(stopped)).toContain("The time budget ended before");
  expect(said(stopped)).toContain("The next run tries again.");
  expect(said(stopped)).not.toContain("resumes");

  place.emulator.clearFaults();
  const finished = await place.act({ ...inputs, dataset });
  expect(finished.outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "2" });
});

test("is not waited out where the rate limit lets no call start before it ends", async () => {
  await place.start({ requestsPerMinute: 6 });
  const names = Array.from({ length: 10 }, (_, index) => `images/${index}.jpg`);
  place.tree.write(Object.fromEntries(names.map((name) => [name, jpeg(name)])));
  const clock = virtualClock(Date.now());
  const startedMs = clock.now();
  const stopped = await clock.run(place.act(inputs, { clock }));
  expect(stopped.errors).toEqual([]);
  expect(stopped.outputs).toMatchObject({ outcome: "partial" });
  expect(clock.now() - startedMs).toBeLessThan(20_000);
  expect(said(stopped)).toMatch(
    /Its last \d+ s were not waited for: what is left may not start in them\./,
  );
});

test("one file that is put off for long is named, and the others are sent", async () => {
  const headers = { "Retry-After": "7200" };
  const on = { method: "POST", path: "*file-upload-url/" };
  place.emulator.setFault({ on, times: 1, reply: { status: 429, headers } });
  const stopped = await place.act(inputs);
  expect(stopped.errors).toEqual([]);
  expect(stopped.outputs).toMatchObject({ outcome: "partial", "files-uploaded": "1" });
  expect(said(stopped)).toMatch(/\.jpg is left for the next run: .*429.* asks to wait 2 h/);
  expect(said(stopped)).toContain("1 of 2 files have landed.");
  expect((await place.act(inputs)).outputs).toMatchObject({
    outcome: "uploaded",
    "files-uploaded": "1",
  });
});

test("without a budget, it is said when to run again", async () => {
  const given = { dataset: "pets", files: "images/*.jpg" };
  const run = await putOff({ method: "GET", path: "/datasets/" }, given, 7200);
  expect(run.outputs).toMatchObject({ outcome: "failed" });
  expect(run.errors).toEqual([expect.stringContaining("Run again in 2 h.")]);
  expect(run.tookMs).toBe(0);
});

test("of a runner that keeps nothing, nothing is said to be lost where nothing landed", async () => {
  const env = { RUNNER_ENVIRONMENT: "github-hosted", AVALA_STATE_DIR: "" };
  const stopped = await putOff({ method: "GET", path: "/datasets/" }, inputs, 300, env);
  expect(said(stopped)).toContain("before anything was sent");
  expect(said(stopped)).toContain("The next run tries again.");
  expect(said(stopped)).not.toContain("The record of what landed");
});

test("a list that is put off is named, and nothing was sent", async () => {
  const stopped = await putOff({ method: "GET", path: "/datasets/" });
  expect(said(stopped)).toMatch(/before anything was sent\. Could not list datasets.*429/);
});

test.each([300, 7200])("the confirm that is put off leaves it to the next run", async (seconds) => {
  const stopped = await putOff(CONFIRM, inputs, seconds);
  expect(stopped.errors).toEqual([]);
  expect(stopped.outputs).toMatchObject({
    outcome: "partial",
    complete: "false",
    "files-uploaded": "2",
  });
  expect(stopped.tookMs).toBeLessThanOrEqual(30_000);
  expect(said(stopped)).toMatch(
    /before pets was confirmed: 2 of 2 files have landed\. .*429.* The next run confirms it\./,
  );

  place.emulator.clearFaults();
  const finished = await place.act(inputs);
  expect(finished.outputs).toMatchObject({
    outcome: "uploaded",
    "files-uploaded": "0",
    "files-skipped": "2",
  });
});

test("what landed before is not said to be missing where it could not be looked up", async () => {
  expect((await putOff(CONFIRM)).outputs).toMatchObject({ "files-uploaded": "2" });
  place.emulator.clearFaults();
  const stopped = await putOff({ method: "GET", path: "/users/me/" });
  expect(stopped.outputs).toMatchObject({ outcome: "partial" });
  expect(said(stopped)).toMatch(
    /The time budget ended before pets was confirmed\. .*the key's user.* The next run tries again\./,
  );
  expect(said(stopped)).not.toMatch(/\d of 2/);
});

test("a confirm whose response is lost is not said to have done nothing", async () => {
  place.emulator.setFault({ on: CONFIRM, when: "after", drop: true });
  const clock = virtualClock(Date.now());
  const reply = { status: 429, headers: { "Retry-After": "300" } };
  const isConfirmed = (): boolean => place.emulator.datasets().length > 0;
  // Its look comes after a wait.
  const sleep: typeof clock.sleep = async (ms, signal) => {
    if (isConfirmed()) place.emulator.setFault({ on: { path: "/datasets/" }, times: 0, reply });
    await clock.sleep(ms, signal);
  };
  const stopped = await clock.run(place.act(inputs, { clock: { ...clock, sleep } }));
  expect(stopped.outputs).toMatchObject({ outcome: "partial", complete: "false" });
  expect(said(stopped)).toMatch(
    /before it was known whether pets was made: .*lost.*429.* The next run looks for it/,
  );
  expect(said(stopped)).not.toContain("confirms it");

  place.emulator.clearFaults();
  expect((await place.act(inputs)).outputs).toMatchObject({ "files-uploaded": "0" });
  expect(place.emulator.datasets()).toHaveLength(1);
});

test.each([300, 7200])("the confirm of a growing set, too", async (seconds) => {
  const growing = { ...inputs, dataset: "pets-{increment}" };
  const stopped = await putOff(CONFIRM, growing, seconds);
  expect(stopped.outputs).toMatchObject({ outcome: "partial", "files-uploaded": "2" });
  expect(said(stopped)).toContain("2 of 2 files have landed.");
  place.emulator.clearFaults();
  expect((await place.act(growing)).outputs).toMatchObject({
    outcome: "uploaded",
    "files-uploaded": "0",
  });
});

test.each([["*permissions*"], ["*/quota/"]])(
  "advice that is put off holds up nothing (%s)",
  async (path) => {
    const run = await putOff(
      { method: "GET", path },
      { dataset: "pets", files: "images/*.jpg" },
      800,
    );
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "2" });
    expect(run.tookMs).toBeLessThanOrEqual(30_000);
  },
);

test("a dry run that can't look in time fails, for it has written no plan", async () => {
  const run = await putOff({ method: "GET", path: "/datasets/" }, { ...inputs, "dry-run": "true" });
  expect(run.outputs).toMatchObject({ outcome: "timeout" });
  expect(run.errors).toHaveLength(1);
});

test("an export of what is not complete is refused", async () => {
  const gating = { ...inputs, "export-datasets": "uploaded" };
  const run = await putOff({ method: "GET", path: "/datasets/" }, gating);
  expect(run.outputs).toMatchObject({ outcome: "gate_closed", complete: "false" });
  expect(place.emulator.exports()).toEqual([]);
});
