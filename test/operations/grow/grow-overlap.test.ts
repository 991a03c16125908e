// Two runs whose files overlap, as of two pushes in a row: what one has added by the confirm of the other is not added again.
import type { Avala } from "../../../src/api/connection";
import { createDataset } from "../../../src/api/endpoints/datasets/datasets";
import type { AvalaEvent } from "../../../src/events";
import { useGrowingPlace } from "../../support/growing-place";
import { interrupted } from "../../support/interrupted";
import { cases } from "../../support/night";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();

const CONFIRM = "/datasets/manual-upload/";
const confirms = (): number =>
  place.emulator.requests().filter((one) => one.method === "POST" && one.path === CONFIRM).length;

const put = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) await place.put(`${name}.jpg`, `content of ${name}`);
};
const named = (...names: readonly string[]): string[] => names.map((name) => `${name}.jpg`);
const rival = (...names: readonly string[]) =>
  place.run({ machine: "another", paths: named(...names) });

const warningsIn = (events: readonly AvalaEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === "warning" ? event.text : []));

const DIALECTS = cases(
  [
    ["managed uploads whose batches lie apart", { uploadReply: "managed", batches: "apart" }],
    ["the first protocol", { uploadReply: "refused" }],
  ],
  [
    ["forms", { uploadReply: "form" }],
    ["managed uploads of the last batch", { uploadReply: "managed", batches: "last" }],
  ],
);

describe.each(DIALECTS)("by %s", (_name, dialect) => {
  beforeEach(async () => {
    await place.start({ dialect });
    await put("a", "b", "c");
  });

  test("sends only what is left of its files, before the confirm", async () => {
    const avala = interrupted(sessionWith(place.emulator).avala, () => rival("a", "b"));
    const { result } = await place.run({ avala });
    expect(result.outcome).toBe("uploaded");
    expect(place.items()).toEqual(named("a", "b", "c"));
    expect(result.increments.map(({ entries }) => entries.length)).toEqual([2, 1]);
    expect(result.plan).toMatchObject({ toSend: [], superseded: [], unverified: [] });
    expect((await place.run()).calls).toEqual(["GET /datasets/"]);
  });

  test("sends only what is left of its files, before the first byte", async () => {
    const { result } = await place.run({ meanwhile: () => rival("a", "b") });
    expect(result.upload?.sent.map(({ path }) => path)).toEqual(named("c"));
    expect(place.items()).toEqual(named("a", "b", "c"));
    expect((await place.run()).calls).toEqual(["GET /datasets/"]);
  });

  test("makes nothing where the other run has added all of its files, and more", async () => {
    const avala = interrupted(sessionWith(place.emulator).avala, () => rival("a", "b", "c"));
    const { result } = await place.run({ avala, paths: named("a", "b") });
    expect(result.outcome).toBe("unchanged");
    expect(result.made).toBeUndefined();
    expect(result.plan.current.map(({ path }) => path)).toEqual(named("a", "b"));
    expect(confirms()).toBe(1);
    expect(place.items()).toEqual(named("a", "b", "c"));
  });

  test("adds what both have once, where each has files of its own", async () => {
    const avala = interrupted(sessionWith(place.emulator).avala, () => rival("b", "c"));
    const { result } = await place.run({ avala, paths: named("a", "b") });
    expect(result.outcome).toBe("uploaded");
    expect(place.items()).toEqual(named("a", "b", "c"));
    expect((await place.run()).result).toMatchObject({
      outcome: "unchanged",
      plan: { superseded: [] },
    });
  });
});

/** A session before each of whose looks at the set another run adds one more file. */
function outrun(names: readonly string[]): Avala {
  const { avala } = sessionWith(place.emulator);
  const left = [...names];
  const call: Avala["call"] = async (request) => {
    const name = request.route === "GET /datasets/" && left.shift();
    if (typeof name === "string") await rival(name);
    return avala.call(request);
  };
  return { ...avala, call };
}

/** A session before whose confirms other runs come and go, one before each. */
function beforeConfirms(rivals: readonly (() => Promise<unknown>)[]): Avala {
  const { avala } = sessionWith(place.emulator);
  const left = [...rivals];
  const call: Avala["call"] = async (request) => {
    if (request.route === `POST ${CONFIRM}`) await left.shift()?.();
    return avala.call(request);
  };
  return { ...avala, call };
}

/** A session whose lists leave out what is still being made. */
function withoutUnmade(avala: Avala): Avala {
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    if (request.route !== "GET /datasets/") return reply;
    const page = reply.json as { readonly results: readonly { readonly status: string }[] };
    const results = page.results.filter(({ status }) => status === "created");
    return { ...reply, json: { ...page, results } };
  };
  return { ...avala, call };
}

describe("an overlap", () => {
  beforeEach(() => place.start());

  test("is waited for where the other run's dataset is still being made", async () => {
    await place.start({ ingestMs: 150 });
    await put("a", "b", "c");
    const meanwhile = () =>
      place.run({
        machine: "another",
        paths: named("a", "b"),
        options: { waits: false },
      });
    const { result } = await place.run({ meanwhile });
    expect(result.outcome).toBe("uploaded");
    expect(place.items()).toEqual(named("a", "b", "c"));
  });

  test("confirms nothing where the other run's dataset is not made in time", async () => {
    await place.start({ ingestMs: 60_000 });
    await put("a", "b", "c");
    const meanwhile = () =>
      place.run({ machine: "another", paths: named("a", "b"), options: { waits: false } });
    const run = place.run({ meanwhile, options: { waitMs: () => 1 } });
    await expect(run).rejects.toMatchObject({ code: "timeout" });
    expect(confirms()).toBe(1);
  });

  test("that comes again and again ends the run, which says what to do", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    await put(...names);
    const run = place.run({ avala: outrun(names.slice(0, 5)) });
    await expect(run).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(
        /added 1 of 3 new files to the growing set set meanwhile: set-0005-\S+ \(uid \S+\)\. Nothing was confirmed/,
      ) as string,
      hint: expect.stringContaining("Run again: only what is left is sent") as string,
    });
    await place.run();
    expect(place.items()).toEqual(named(...names));
  });

  test.each(["conflict", "detail", "field"] as const)(
    "is not there twice where both confirm in the same moment (a taken slug is shown as %s)",
    async (takenName) => {
      await place.start({ dialect: { takenName } });
      await put("a", "b", "c");
      const { result } = await place.run({
        avala: beforeConfirms([() => rival("b", "c")]),
        paths: named("a", "b"),
      });
      expect(place.items()).toEqual(named("a", "b", "c"));
      expect(result.outcome).toBe("uploaded");
      const whole = await place.run();
      expect(whole.result).toMatchObject({ outcome: "unchanged", plan: { superseded: [] } });
    },
  );

  test("is seen where the list leaves out what is still being made", async () => {
    await place.start({ ingestMs: 150 });
    await put("a", "b", "c");
    const others = { machine: "another", paths: named("b", "c"), options: { waits: false } };
    const avala = withoutUnmade(beforeConfirms([() => place.run(others)]));
    await place.run({ avala, paths: named("a", "b") });
    expect(place.items()).toEqual(named("a", "b", "c"));
  });

  test("is not there twice where several confirm in the same moment, one of them of other files", async () => {
    await put("a", "b", "c", "d", "e");
    const avala = beforeConfirms([() => rival("d"), () => rival("a", "e"), () => rival("b")]);
    await place.run({ avala, paths: named("a", "b", "c") });
    expect(place.items()).toEqual(named("a", "b", "c", "d", "e"));
    const whole = await place.run();
    expect(whole.result).toMatchObject({ outcome: "unchanged", plan: { superseded: [] } });
  });

  test("leaves what was sent under its name where the other run added other files", async () => {
    await put("a", "b");
    const avala = beforeConfirms([() => rival("b")]);
    const { result, calls } = await place.run({ avala, paths: named("a") });
    expect(result.outcome).toBe("uploaded");
    expect(place.items()).toEqual(named("a", "b"));
    expect(calls.filter((call) => call === `POST ${CONFIRM}`)).toHaveLength(3);
  });

  test("is not taken for one where another dataset has the slug", async () => {
    await put("a", "b");
    for (const number of ["0001", "0002", "0003", "0004", "0005", "0006", "0007"]) {
      const input = {
        name: `archive ${number}`,
        slug: `set-${number}`,
        dataType: "image",
      } as const;
      await createDataset(sessionWith(place.emulator).avala, { ...input, visibility: "private" });
    }
    await place.run({ paths: named("a") });
    await place.run();
    expect(place.items()).toEqual(named("a", "b"));
    expect((await place.run()).result.outcome).toBe("unchanged");
  });

  test("is said afterwards where the store can't show whether it is one", async () => {
    await place.start({ etag: "opaque" });
    await put("a", "b", "c");
    const { avala, events } = sessionWith(place.emulator);
    await place.run({ avala, paths: named("a", "b"), meanwhile: () => rival("b", "c") });
    expect(warningsIn(events)).toEqual([
      expect.stringContaining("shows another MD5 for the file that was compared"),
      expect.stringContaining(
        "has items of 1 file that this run added too, so it may be there twice",
      ),
    ]);
  });
});
