// The log of a run that waits an hour for an export, through an outage of some minutes. It plays in virtual time.
import { run } from "../../action/run";
import { useActionPlace } from "../support/action-place";
import { recordTalkingTo, type Recorded } from "../support/recorded-action";
import { virtualClock } from "../support/virtual-clock";

const MINUTE_MS = 60_000;

const clock = virtualClock();
// Done 55 minutes after it was started.
const place = useActionPlace({}, { exportMs: 55 * MINUTE_MS, clock });

/** What a reader sees, each line with its minute: `20 min  Export …`. */
let log: string[];
beforeEach(() => {
  log = [];
});

/** What a line is, without its time, numbers and names. */
const KINDS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["started", /^Started export \S+ \(/],
  ["requested", /^Export \S+: requested\.$/],
  ["processing", /^Export \S+: processing, \d+ of 400 tasks\.$/],
  [
    "try",
    /^Could not read export .*\(503 .*\)\. The next attempt (is in \d+ s|follows at once)\.$/,
  ],
  ["outage", /^Warning: .*\(503 .* Still waiting for export \S+ to be completed: \d+ min left\.$/],
  ["still out", /^Could not read export .* Still waiting for export .*: \d+ min left\.$/],
  [
    "over",
    /^Avala responded again after \d+ min\. Waiting for export \S+ to be completed continues\.$/,
  ],
  ["completed", /^Export \S+: completed, 400 of 400 tasks\.$/],
  ["met", /^met: /],
];

function kindOf(line: string): string {
  const text = line.replace(/^ *\d+ min {2}/, "");
  return KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? line;
}

/** The kinds in their order, each once for those that follow each other. */
function phases(kinds: readonly string[]): readonly string[] {
  return kinds.filter((kind, index) => kind !== kinds[index - 1]);
}

async function waitAnHour(): Promise<Recorded> {
  const startMs = clock.now();
  const minute = (): number => Math.floor((clock.now() - startMs) / MINUTE_MS);
  const note = (line: string): void => {
    log.push(`${String(minute()).padStart(2)} min  ${line}`);
  };
  let isOver = false;
  const onInfo = (line: string): void => {
    note(line);
    if (minute() < 20 || isOver) return;
    isOver = true;
    place.emulator.setFault({ on: { target: "api" }, times: 40, reply: { status: 503 } });
  };
  const project = place.emulator.addProject("labels", { tasks: 400, exportable: 400 }).uid;
  const inputs = { "export-projects": project, "gate-min-tasks": "400", "timeout-minutes": "60" };
  const given = { tree: place.tree, clock, inputs, onInfo };
  const recorded = recordTalkingTo(place.emulator, given);
  const { environment } = recorded;
  const warning: typeof environment.warning = (text, at) => {
    note(`Warning: ${text}`);
    environment.warning(text, at);
  };
  await clock.run(run({ ...environment, warning }));
  return recorded;
}

test("an hour of waiting goes on through an outage, and its log says so", async () => {
  const { outputs, errors } = await waitAnHour();
  expect(errors).toEqual([]);
  expect(outputs).toMatchObject({ outcome: "exported", complete: "true" });
  expect(place.emulator.exports()).toHaveLength(1);

  const kinds = log.map(kindOf);
  expect(phases(kinds)).toEqual([
    ...["started", "requested", "processing"],
    ...["try", "outage", "still out", "over"],
    ...["processing", "completed", "met"],
  ]);
  // One line a minute or so, in the outage too: a reader sees that it lives, and the log stays short.
  const minutes = log.map((line) => Number.parseInt(line, 10));
  const gaps = minutes.map((minute, index) => minute - (minutes[index - 1] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2);
  expect(log.length).toBeLessThan(80);
  expect(minutes.at(-1)).toBe(55);
});

test("the steps after the wait are as patient: an outage then makes no second export", async () => {
  const project = place.emulator.addProject("labels", { tasks: 4, exportable: 4 }).uid;
  const inputs = {
    "export-projects": project,
    "gate-pending-tasks": "0",
    "download-path": "export",
    "timeout-minutes": "60",
  };
  const onInfo = (line: string): void => {
    if (!/^Export \S+: completed/.test(line)) return;
    const reply = { status: 503 };
    // More than one read's tries, for the tasks and for the file.
    place.emulator.setFault({ on: { path: "/tasks/*" }, times: 12, reply });
    place.emulator.setFault({ on: { target: "storage", method: "GET" }, times: 12, reply });
  };
  const acted = place.act(inputs, { clock, onInfo });
  const { outputs, errors, warnings } = await clock.run(acted);
  expect(errors).toEqual([]);
  expect(outputs).toMatchObject({
    outcome: "exported",
    "download-path": place.tree.at("export"),
  });
  const told = warnings.map(({ text }) => text).join("\n");
  expect(told).toContain("Still waiting for the projects' tasks and quality targets");
  expect(told).toContain("Still waiting for the file of export");
});
