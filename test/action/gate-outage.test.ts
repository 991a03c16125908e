// A gate that is looked at through an outage, at each of the calls that a look makes. It plays in virtual time.
import { useActionPlace } from "../support/action-place";
import { addTarget } from "../support/emulator";
import type { Recorded } from "../support/recorded-action";
import { virtualClock } from "../support/virtual-clock";

const clock = virtualClock();
const place = useActionPlace({}, { exportMs: 20 * 60_000, clock });

// More than one call tries by itself.
const times = 12;

const look = (inputs: Record<string, string>): Promise<Recorded> =>
  clock.run(place.act(inputs, { clock }));

describe.each([
  ["before the export", 0],
  ["after it", 1],
])("an outage %s", (_when, skip) => {
  test.each([
    ["/users/me/projects/*", "GET"],
    ["/tasks/", "GET"],
    ["/projects/*/quality-targets/evaluate/", "POST"],
  ])("of %s is waited out", async (path, method) => {
    const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 4 });
    await addTarget(place.emulator, uid);
    const reply = { status: 503 };
    place.emulator.setFault({ on: { target: "api", method, path }, skip, times, reply });
    const { outputs, errors, warnings } = await look({
      ...{ "export-projects": uid, "gate-pending-tasks": "0" },
      "gate-quality-targets": "critical",
    });
    expect(errors).toEqual([]);
    expect(outputs["outcome"]).toBe("exported");
    expect(warnings.filter(({ text }) => text.includes("Still waiting"))).toHaveLength(1);
    expect(place.emulator.exports()).toHaveLength(1);
  });
});

test("an outage when the export is started is waited out, and one is started", async () => {
  const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 4 });
  const on = { target: "api", method: "GET", path: "/exports/" } as const;
  place.emulator.setFault({ on, times, reply: { status: 503 } });
  const { outputs, errors } = await look({ "export-projects": uid });
  expect(errors).toEqual([]);
  expect(outputs["outcome"]).toBe("exported");
  expect(place.emulator.exports()).toHaveLength(1);
});

test("an outage when an existing export is read first is waited out", async () => {
  const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 4 });
  await look({ "export-projects": uid, "wait-for-export": "false" });
  const made = place.emulator.exports()[0]?.uid ?? "";
  const on = { target: "api", path: `/exports/${made}/` } as const;
  place.emulator.setFault({ on, times, reply: { status: 503 } });
  const { outputs, errors } = await look({ "export-uid": made });
  expect(errors).toEqual([]);
  expect(outputs["outcome"]).toBe("exported");
});

test("an outage that outlasts timeout-minutes ends as timeout, with what failed last", async () => {
  const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 4 });
  const on = { target: "api", path: "/tasks/" } as const;
  place.emulator.setFault({ on, times: 0, reply: { status: 503 } });
  const { outputs, errors } = await look({
    ...{ "export-projects": uid, "gate-pending-tasks": "0", "timeout-minutes": "10" },
  });
  expect(outputs["outcome"]).toBe("timeout");
  expect(errors[0]).toContain("503");
  expect(place.emulator.exports()).toEqual([]);
});

test("an outage when the export is started ends with timeout-minutes, and not some tries later", async () => {
  const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 4 });
  const on = { target: "api", method: "GET", path: "/exports/" } as const;
  place.emulator.setFault({ on, times: 0, reply: { status: 503 } });
  const startMs = clock.now();
  const { outputs } = await look({ "export-projects": uid, "timeout-minutes": "0.05" });
  expect(outputs["outcome"]).toBe("timeout");
  expect(clock.now() - startMs).toBeLessThan(5_000);
  expect(place.emulator.exports()).toEqual([]);
});
