// The record of what increments hold helps and is never believed further than its signature.
import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalBaseUrl } from "../../../src/api/server-names";
import { appendSigned, readSigned } from "../../../src/upload/journal/signed-lines";
import { knownAs } from "../../../src/operations/grow/knowledge";
import { recordIncrement } from "../../../src/operations/grow/increment-record";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();
const LIST = "GET /datasets/";

async function recordFile(): Promise<string> {
  const folder = join(place.stateDirectory, "increments");
  const [name = ""] = await readdir(folder);
  return join(folder, name);
}

beforeEach(async () => {
  await place.start();
  await place.put("a.jpg", "one");
  await place.run();
});

test("is one line for each increment, and no path of this machine is in it", async () => {
  await place.put("b.jpg", "two");
  await place.run();
  const lines = (await readFile(await recordFile(), "utf8")).split("\n").filter(Boolean);
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toContain(place.folder);
});

test("counts for nothing where it was changed, and the items are listed", async () => {
  const file = await recordFile();
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace('"number":1', '"number":9'));
  const { calls, result } = await place.run();
  expect(result.outcome).toBe("unchanged");
  expect(calls.length).toBeGreaterThan(1);
  expect((await place.run()).calls).toEqual([LIST]);
});

test("is read after half a line and after what is no line at all", async () => {
  await appendFile(await recordFile(), "0123 {half");
  await place.put("b.jpg", "two");
  await place.run();
  expect((await place.run()).calls).toEqual([LIST]);
});

test("of another key counts for nothing", async () => {
  const key = "avk_second_000000000000";
  place.emulator.addKey({ key, scopes: ["datasets.read", "datasets.write"] });
  const { avala } = sessionWith(place.emulator, { apiKey: key });
  const { calls } = await place.run({ avala });
  expect(calls.length).toBeGreaterThan(1);
});

test("that can't be written or read costs calls, and no run", async () => {
  await place.forget();
  await writeFile(place.stateDirectory, "not a folder");
  const { result } = await place.run();
  expect(result.outcome).toBe("unchanged");
});

test("of an item that shows nothing, as earlier versions wrote it where a store had not answered, has it asked", async () => {
  const { increments } = await place.decide();
  const [known] = increments.map((one) => knownAs(one));
  const { avala } = sessionWith(place.emulator);
  const entries = [{ path: "a.jpg", stored: {} }];
  await recordIncrement(avala, place.target(), { ...known!, entries }, place.stateDirectory);
  await place.move("a.jpg", "renamed.jpg", "one");
  const { decision } = await place.run();
  expect(decision.plan.moved).toMatchObject([{ path: "a.jpg", to: "renamed.jpg" }]);
  expect(decision.plan).toMatchObject({ toSend: [], superseded: [] });
});

test("that can't be unpacked costs its own increment a look, and no other", async () => {
  await place.put("b.jpg", "two");
  const { result } = await place.run();
  const { avala } = sessionWith(place.emulator);
  const { name } = place.target();
  const signed = {
    ...{ stateDirectory: place.stateDirectory, folder: "increments" },
    purpose: "record of increments",
    destination: {
      baseUrl: canonicalBaseUrl(avala.baseUrl),
      owner: JSON.stringify([undefined, undefined]),
      datasetName: `${name.before}{increment}`,
    },
  };
  const records = await readSigned(avala, signed);
  expect(records).toHaveLength(2);
  await appendSigned(avala, signed, { ...(records[0] as object), manifest: "not packed" });
  const { calls, result: again } = await place.run();
  expect(again.increments.map(({ dataset }) => dataset.uid)).toEqual(
    result.increments.map(({ dataset }) => dataset.uid),
  );
  const listings = calls.filter((call) => call.endsWith("/items/"));
  expect(listings.length).toBeLessThanOrEqual(1);
});
