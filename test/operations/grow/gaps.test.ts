// Lists that leave out a dataset of a growing set and show ones of higher numbers, as a page that was skipped: the gap in the
// numbers shows that something may be there.
import type { Avala } from "../../../src/api/connection";
import type { AvalaEvent } from "../../../src/events";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();
const LIST = "GET /datasets/";
const BY_SLUG = "GET /datasets/{owner}/{slug}/";

const put = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) await place.put(`${name}.jpg`, `content of ${name}`);
};
const named = (...names: readonly string[]): string[] => names.map((name) => `${name}.jpg`);
const rival = (...names: readonly string[]) =>
  place.run({ machine: "another", paths: named(...names) });
const warningsIn = (events: readonly AvalaEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === "warning" ? event.text : []));

interface Listed {
  readonly results: readonly { readonly name: string }[];
}

/** A session whose first lists leave out the datasets whose names begin so. */
function hiding(beginnings: readonly string[], lists = Number.POSITIVE_INFINITY): Avala {
  const { avala } = sessionWith(place.emulator);
  let left = lists;
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    if (request.route !== LIST || left === 0) return reply;
    left -= 1;
    const page = reply.json as Listed;
    const results = page.results.filter(
      ({ name }) => !beginnings.some((beginning) => name.startsWith(beginning)),
    );
    return { ...reply, json: { ...page, results } };
  };
  return { ...avala, call };
}

/** Sets of one more file a day, and a day on which there is one more. */
async function days(count: number): Promise<readonly string[]> {
  const all = named(...Array.from({ length: count + 1 }, (_, index) => `day${index + 1}`));
  for (const path of all) await place.put(path, `content of ${path}`);
  for (const [index] of all.slice(1).entries()) await place.run({ paths: all.slice(0, index + 1) });
  return all;
}

test.each([
  ["every list", Number.POSITIVE_INFINITY],
  ["one list", 1],
])(
  "what %s leaves out below others is found by its number, and not sent again",
  async (_what, lists) => {
    await place.start();
    const all = await days(4);
    const avala = hiding(["set-0001-", "set-0003-"], lists);
    const { decision } = await place.run({ avala, machine: "new" });
    expect(decision.plan.toSend.map(({ path }) => path)).toEqual(all.slice(-1));
    expect(place.items()).toEqual(all);
  },
);

test("what came meanwhile and is left out below others is not sent again", async () => {
  await place.start();
  await put("a", "b", "c", "z");
  await place.run({ paths: named("a") });
  const meanwhile = async () => {
    await rival("a", "b");
    await rival("a", "b", "c");
  };
  await place.run({ avala: hiding(["set-0002-"]), meanwhile, paths: named("a", "b", "z") });
  expect(place.items()).toEqual(named("a", "b", "c", "z"));
});

test("numbers of datasets that were deleted are asked for and don't hold a run up", async () => {
  await place.start();
  const all = await days(12);
  for (let number = 1; number <= 11; number += 1) await place.deleteByHand(number);
  const { avala, events } = sessionWith(place.emulator);
  const { calls } = await place.run({ avala, machine: "new" });
  expect(place.items()).toEqual([...all].sort());
  expect(warningsIn(events)).toEqual([]);
  expect(calls.filter((call) => call === BY_SLUG)).toHaveLength(9);
});

test("nothing is asked for a number that is missing where nothing is to be sent", async () => {
  await place.start();
  await days(3);
  await place.run();
  await place.deleteByHand(1);
  place.drop("day1.jpg");
  await place.run();
  const { calls } = await place.run();
  expect(calls).toEqual([LIST]);
});

test("a number that a key may not ask for is named", async () => {
  await place.start();
  const all = await days(2);
  const { avala, events } = sessionWith(place.emulator);
  const call: Avala["call"] = (request) =>
    request.route === BY_SLUG
      ? avala.call({ ...request, path: ["projects", "of-nobody"] })
      : avala.call(request);
  await place.deleteByHand(1);
  await place.run({ avala: { ...avala, call }, machine: "new" });
  expect(place.items()).toEqual(all);
  expect(warningsIn(events)).toContainEqual(
    expect.stringMatching(/no dataset of number 1 of the growing set set,/),
  );
});
