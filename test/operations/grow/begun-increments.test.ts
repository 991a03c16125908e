// What an interrupted run has sent of an increment is not sent again when other files are new by the next run: that increment
// is finished as it was begun, and what else is new is the next one.
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../../../src/api/connection";
import { AvalaError } from "../../../src/errors";
import { decideGrowth, type GrowDecision } from "../../../src/operations/grow/decide-growth";
import { growSet } from "../../../src/operations/grow/grow";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();

const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const presigns = (): number =>
  place.emulator.requests().filter(({ method, path }) => method === "POST" && path === PRESIGN)
    .length;

/** A session that is killed once so many files have landed. `first` comes before its first call of a route. */
function killedAfter(
  files: number,
  first?: { readonly route: string; readonly happens: () => Promise<unknown> },
): Avala {
  const { avala } = sessionWith(place.emulator);
  let sent = 0;
  let isFirst = true;
  const call: Avala["call"] = async (request) => {
    if (isFirst && request.route === first?.route) {
      isFirst = false;
      await first.happens();
    }
    if (request.route.includes("file-upload-url") && sent >= files)
      throw new AvalaError("cancelled", "killed");
    if (request.route.includes("file-upload-url")) sent += 1;
    return avala.call(request);
  };
  return { ...avala, call };
}

function watched(): {
  readonly avala: Avala;
  readonly events: string[];
} {
  const events: string[] = [];
  const { avala } = sessionWith(place.emulator);
  const emit: Avala["emit"] = (event) => {
    if (event.kind === "warning") events.push(event.text);
    avala.emit(event);
  };
  return { avala: { ...avala, emit }, events };
}

const options = { concurrency: 1 };
const killed = async (files: number): Promise<void> => {
  await expect(place.run({ avala: killedAfter(files), options })).rejects.toMatchObject({
    code: "cancelled",
  });
};
const numbers = (): readonly string[] => place.names().map((name) => name.slice(0, 8));
const lengths = (decision: GrowDecision): readonly number[] =>
  [...(decision.next ? [decision.next] : []), ...decision.later].map(({ files }) => files.length);

const FILES = ["a.jpg", "b.jpg", "d.jpg", "e.jpg"];

beforeEach(async () => {
  await place.start();
  for (const path of FILES) await place.put(path, `content of ${path}`);
});

describe("an increment that a run began and did not end", () => {
  test("is what was made where another run adds the rest meanwhile", async () => {
    await killed(3);
    await place.put("c.jpg", "new");
    const paths = [...FILES, "c.jpg"];
    await place.put("z.jpg", "of another machine");
    const { avala } = sessionWith(place.emulator);
    let sent = 0;
    const send: Avala["storage"]["send"] = async (request) => {
      const reply = await avala.storage.send(request);
      sent += 1;
      if (sent === 2) await place.run({ machine: "another" });
      return reply;
    };
    const run = { ...avala, storage: { ...avala.storage, send } };
    const { result } = await place.run({ avala: run, paths, options });
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "z.jpg"]);
    expect(result).toMatchObject({
      outcome: "uploaded",
      made: { dataset: { name: expect.stringMatching(/^set-0001-/) as string } },
      upload: { sent: [{ path: "e.jpg" }] },
    });
  });

  test("is finished first where a file came, which is the next increment", async () => {
    const first = await place.decide();
    await killed(2);
    await place.put("c.jpg", "new");
    const before = presigns();
    const { decision, result } = await place.run();
    expect(decision.next).toMatchObject({ name: first.next?.name, landed: 2 });
    expect(lengths(decision)).toEqual([4, 1]);
    expect(decision.plan.toSend).toHaveLength(5);
    expect(presigns() - before).toBe(3);
    expect(result.outcome).toBe("uploaded");
    expect(result.increments).toHaveLength(2);
    expect(numbers()).toEqual(["set-0001", "set-0002"]);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
    expect((await place.run()).calls).toEqual(["GET /datasets/"]);
  });

  test("is the same to a preview, which says it beforehand and changes nothing", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    expect(lengths(await place.decide())).toEqual([4, 1]);
    expect(lengths(await place.decide())).toEqual([4, 1]);
    expect(place.names()).toEqual([]);
  });

  test.each([
    ["two under one number", async () => undefined],
    [
      "one whose number another run took",
      async () => {
        await place.put("z.jpg", "of another machine");
        await place.run({ machine: "another", paths: ["z.jpg"] });
      },
    ],
  ])("and what follows it are made under the names that were said: %s", async (_what, happens) => {
    for (const paths of [FILES.slice(0, 2), FILES.slice(2)])
      await expect(place.run({ avala: killedAfter(1), paths, options })).rejects.toMatchObject({
        code: "cancelled",
      });
    await happens();
    await place.put("c.jpg", "new");
    const decision = await place.decide();
    const said = [decision.next, ...decision.later].map((one) => [one?.name, one?.slug]);
    expect(said).toHaveLength(3);
    await place.run();
    const made = place.emulator.datasets().map(({ name, slug }) => [name, slug]);
    expect(made.slice(-3)).toEqual(said);
  });

  test("is finished though each run ends early and a file comes before each", async () => {
    for (const [index, budget] of [2, 2, 2, 2, 2, 2, 2, 2].entries()) {
      await place.run({ avala: killedAfter(budget), options }).catch(() => undefined);
      await place.put(`new-${index}.jpg`, `new ${index}`);
    }
    expect(place.names().length).toBeGreaterThan(1);
    await place.run();
    const all = [...FILES, ...[0, 1, 2, 3, 4, 5, 6, 7].map((index) => `new-${index}.jpg`)];
    expect(place.items()).toEqual(all.sort());
    // None was sent twice, but for the one that was asked for when the run was killed.
    expect(presigns()).toBe(all.length);
  });

  test("is begun anew where one of its files changed, which is said with what it costs", async () => {
    await killed(2);
    await place.put("a.jpg", "other");
    await place.put("c.jpg", "new");
    const { avala, events } = watched();
    const { decision } = await place.run({ avala });
    expect(lengths(decision)).toEqual([5]);
    expect(events).toEqual([
      expect.stringMatching(
        /^1 file had landed in an interrupted upload as set-0001-[0-9a-f]{12} and is sent again: a\.jpg has changed since\. .*To keep what has landed, stop this run/,
      ),
    ]);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
    expect(place.names()).toHaveLength(1);
    expect((await place.run()).calls).toEqual(["GET /datasets/"]);
  });

  test("is finished once the changed file is again what it was", async () => {
    const first = await place.decide();
    await killed(3);
    await place.put("a.jpg", "other");
    await place.run({ avala: killedAfter(1), options }).catch(() => undefined);
    await place.put("a.jpg", "content of a.jpg");
    const { decision } = await place.run();
    expect(decision.next?.name).toBe(first.next?.name);
    expect(place.names()).toHaveLength(1);
    expect(place.items()).toEqual(FILES);
  });

  test.each([
    ["is not declared any more", () => place.drop("b.jpg"), undefined],
    ["is left for a later run", () => place.drop("b.jpg"), ["b.jpg"]],
  ])("is begun anew where one of its files %s", async (why, change, postponed) => {
    await killed(3);
    change();
    const { avala, events } = watched();
    const target = place.target({ postponed });
    const decision = await decideGrowth(avala, target, place.options());
    expect(lengths(decision)).toEqual([3]);
    expect(events.join("\n")).toContain(`2 files had landed`);
    expect(events.join("\n")).toContain(`b.jpg ${why}`);
    await growSet(avala, decision, place.options());
    expect(place.items()).toEqual(["a.jpg", "d.jpg", "e.jpg"]);
  });

  test("is not looked for where another machine has added its files", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    await place.run({ machine: "another" });
    const { avala, events } = watched();
    const before = presigns();
    const { result } = await place.run({ avala });
    expect(result.outcome).toBe("unchanged");
    expect(events).toEqual([]);
    expect(presigns()).toBe(before);
    expect(place.names()).toHaveLength(1);
  });

  test("is given up where another machine has added one of its files, and each is an item once", async () => {
    await killed(3);
    await place.put("c.jpg", "new");
    await place.run({ machine: "another", paths: ["a.jpg"] });
    const { avala, events } = watched();
    await place.run({ avala });
    expect(events.join("\n")).toContain("2 files had landed");
    expect(events.join("\n")).toContain("the set holds a.jpg by now.");
    expect(events.join("\n")).not.toContain("To keep what has landed");
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
  });

  test("is finished once where another machine adds the new file meanwhile", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    const meanwhile = () => place.run({ machine: "another", paths: ["c.jpg"] });
    const { result } = await place.run({ meanwhile });
    expect(result.increments).toHaveLength(2);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
    expect((await place.run()).result.outcome).toBe("unchanged");
  });

  test("is finished once where another machine adds all meanwhile", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    const meanwhile = () => place.run({ machine: "another" });
    const { result } = await place.run({ meanwhile });
    expect(result.increments).toHaveLength(1);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
  });

  test("is finished by whichever of two runs of this machine comes first", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    const results = await Promise.all([place.run(), place.run()]);
    expect(results.map(({ result }) => result.increments.length)).toEqual([2, 2]);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
    expect(place.names()).toHaveLength(2);
  });

  test("is unknown where the state folder is lost: all is sent, and each is an item once", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    await place.forget();
    const { decision } = await place.run();
    expect(lengths(decision)).toEqual([5]);
    expect(place.names()).toHaveLength(1);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
  });

  test("is not believed of a record without its journals, nor of another key", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    await rm(join(place.stateDirectory, "journals"), { recursive: true });
    expect(lengths(await place.decide())).toEqual([5]);
  });

  test("that is killed between the two is continued with the second", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    await place.put("f.jpg", "new too");
    await killed(3);
    expect(numbers()).toEqual(["set-0001"]);
    await place.put("g.jpg", "newest");
    const { decision } = await place.run();
    expect(decision.next?.landed).toBe(1);
    expect(lengths(decision)).toEqual([2, 1]);
    expect(numbers()).toEqual(["set-0001", "set-0002", "set-0003"]);
    expect(place.items()).toEqual([...FILES, "c.jpg", "f.jpg", "g.jpg"].sort());
  });

  test("is found where the increments before it were deleted meanwhile", async () => {
    for (const path of ["p.jpg", "q.jpg", "r.jpg"]) {
      await place.put(path, path);
      await place.run({ paths: ["p.jpg", "q.jpg", "r.jpg"] });
    }
    await killed(2);
    for (const number of [2, 3]) await place.deleteByHand(number);
    for (const path of ["q.jpg", "r.jpg"]) place.drop(path);
    await place.run({ paths: ["p.jpg"] });
    await place.put("c.jpg", "new");
    const before = presigns();
    const { decision } = await place.run();
    expect(decision.next?.landed).toBe(2);
    expect(lengths(decision)).toEqual([4, 1]);
    expect(presigns() - before).toBe(3);
  });

  test("is found where a run beside it has ended before it had a journal", async () => {
    await place.put("z.jpg", "of another run");
    const beside = () => place.run({ paths: ["z.jpg"] });
    const avala = killedAfter(2, { route: "GET /users/me/", happens: beside });
    await expect(place.run({ avala, options, paths: FILES })).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(numbers()).toEqual(["set-0001"]);
    await place.put("c.jpg", "new");
    expect((await place.decide()).next?.landed).toBe(2);
  });

  test("is forgotten once the set holds other content of one of its files", async () => {
    await killed(2);
    await place.put("a.jpg", "other");
    await place.run();
    expect(await readdir(join(place.stateDirectory, "begun"))).toEqual([]);
  });

  test("is forgotten once it is on record, also of runs that do not wait", async () => {
    for (const path of ["f.jpg", "g.jpg", "h.jpg"]) {
      await place.put(path, `content of ${path}`);
      await place.run({ options: { waits: false } });
    }
    const [file = ""] = await readdir(join(place.stateDirectory, "begun"));
    const text = await readFile(join(place.stateDirectory, "begun", file), "utf8");
    expect(text.trim().split(/\n+/)).toHaveLength(1);
  });

  test("is not said to be held where that could not be compared", async () => {
    await place.start({ etag: "opaque" });
    const paths = Array.from({ length: 20 }, (_, index) => `${100 + index}.jpg`);
    for (const path of paths) await place.put(path, `content of ${path}`);
    await place.run({ avala: killedAfter(15), options: { concurrency: 1 } }).catch(() => undefined);
    await place.put("119.jpg", "CONTENT OF 119.jpg");
    await place.run({ machine: "another", paths: ["119.jpg"] });
    await place.put("119.jpg", "content of 119.jpg");
    const { avala, events } = watched();
    await place.run({ avala });
    expect(events.join("\n")).toContain("the set may hold 119.jpg by now.");
  });

  test("is said to be sent again where another machine adds one of its files after the decision", async () => {
    await killed(3);
    await place.put("c.jpg", "new");
    const { avala, events } = watched();
    await place.run({
      avala,
      meanwhile: () => place.run({ machine: "another", paths: ["e.jpg"] }),
    });
    expect(events.join("\n")).toMatch(/Other runs have added 1 of 5 .*What is left is sent/s);
    expect(events.join("\n")).toMatch(/3 files had landed .* are sent again: the set holds e\.jpg/);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
  });

  test("tells the caller what was made before the rest is sent", async () => {
    await killed(2);
    await place.put("c.jpg", "new");
    const decision = await place.decide();
    const next: GrowDecision[] = [];
    const onNext = (other: GrowDecision): void => void next.push(other);
    const { avala } = sessionWith(place.emulator);
    const result = await growSet(avala, decision, { ...place.options(), onNext });
    expect(next.map(lengths)).toEqual([[1]]);
    expect(next[0]?.increments).toHaveLength(1);
    expect(result.plan.toSend).toEqual([]);
  });
});
