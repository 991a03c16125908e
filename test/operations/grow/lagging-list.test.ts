// A list that shows fewer items than Avala counts: what it lacks is not known to be there until it is seen.
import type { Avala } from "../../../src/api/connection";
import { createAxiosTransport } from "../../../src/api/transport/axios-transport";
import { useGrowingPlace, type Grown } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();
const NAMES = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"];
// Also of a later dataset.
const LISTED = ["a.jpg", "new.jpg"];
const LEFT = ["b.jpg", "c.jpg", "d.jpg"];

beforeEach(async () => {
  await place.start({ ingestMs: 0 });
  for (const path of NAMES) await place.put(path, `content of ${path}`);
});

/** A session of which a list lacks items, and in which a dataset counts as many as `counted` says. */
function lagging(counted: (count: number) => number = (count) => count): Avala {
  const transport = createAxiosTransport({});
  const changed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== "object" || value === null) return value;
    if ("results" in value) return { ...value, results: changed(value.results) };
    const isOfDataset = "item_count" in value && "slug" in value;
    return isOfDataset ? { ...value, item_count: counted(Number(value.item_count)) } : value;
  };
  const listed = (value: { results: { key: string }[] }): unknown => ({
    ...value,
    results: value.results.filter(({ key }) => LISTED.includes(key)),
  });
  const api: typeof transport = {
    ...transport,
    send: async (request) => {
      const reply = await transport.send(request);
      if (request.method !== "GET") return reply;
      const value = JSON.parse(reply.body.toString()) as { results: { key: string }[] };
      const body = request.url.includes("/items/") ? listed(value) : changed(value);
      return { ...reply, body: Buffer.from(JSON.stringify(body)) };
    },
  };
  return sessionWith(place.emulator, { ports: { api } }).avala;
}

const shown = ({ result: { plan } }: Grown): readonly (readonly string[])[] =>
  [plan.current, plan.unverified, plan.toSend].map((some) => some.map(({ path }) => path));

test.each([
  ["as many", (count: number) => count],
  ["no more", () => 1],
])("what is not listed is unverified, while the dataset counts %s", async (_, counted) => {
  for (let times = 0; times < 3; times += 1) {
    const grown = await place.run({ avala: lagging(counted) });
    expect(shown(grown)).toEqual([["a.jpg"], LEFT, []]);
  }
  await place.put("new.jpg", "new");
  for (let times = 0; times < 2; times += 1)
    expect(shown(await place.run({ avala: lagging(counted) }))).toEqual([LISTED, LEFT, []]);
  expect(shown(await place.run())).toEqual([[...NAMES, "new.jpg"], [], []]);
  expect((await place.run()).calls).toEqual(["GET /datasets/"]);
  expect(place.names()).toHaveLength(2);
});
