// A file that was moved to another folder is at a new path in a growing set of which nothing is on record, also where items' keys
// are names without folders: the items' URLs show the folders. Its content shows that it is the item's.
import type { Dialect } from "../../../emulator";
import type { Avala } from "../../../src/api/connection";
import { useGrowingPlace } from "../../support/growing-place";
import { haveUrls } from "../../support/item-urls";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();
const pathsOf = (files: readonly { readonly path: string }[]): string[] =>
  files.map(({ path }) => path).sort();

async function grown(dialect: Partial<Dialect>, texts: Readonly<Record<string, string>>) {
  await place.start({ dialect, ingestMs: 0 });
  for (const [path, text] of Object.entries(texts)) await place.put(path, text);
  await place.run();
  await place.forget();
}

const SENT = { "train/1.jpg": "P", "train/3.jpg": "RRR", "val/2.jpg": "QQ" };

describe.each(["path", "below", "baseName"] as const)("with keys of the form %s", (itemKeys) => {
  test("it is not sent, and its item is current under the new path", async () => {
    await grown({ itemKeys }, SENT);
    await place.move("train/3.jpg", "val/3.jpg", "RRR");
    const { decision } = await place.run();
    const moved = [{ path: "train/3.jpg", to: "val/3.jpg" }];
    expect(decision.plan).toMatchObject({ toSend: [], unverified: [], superseded: [], moved });
    await place.forget();
    expect((await place.run()).decision.plan).toEqual(decision.plan);
    expect(place.items()).toHaveLength(3);
  });

  test("a file of other content there is sent, and its old item is superseded", async () => {
    await grown({ itemKeys }, SENT);
    await place.move("train/3.jpg", "val/3.jpg", "SSS");
    const { decision } = await place.run();
    expect(pathsOf(decision.plan.toSend)).toEqual(["val/3.jpg"]);
    expect(pathsOf(decision.plan.superseded)).toEqual(["train/3.jpg"]);
    await place.forget();
    const again = await place.run();
    expect(again.decision.plan).toMatchObject({ toSend: [], unverified: [] });
    expect(place.items()).toHaveLength(4);
  });

  test.each([
    ["put before", { "1.jpg": "P", "2.jpg": "QQ" }, ["v2/1.jpg", "v2/2.jpg"]],
    ["taken away from", { "v2/1.jpg": "P", "v2/2.jpg": "QQ" }, ["1.jpg", "2.jpg"]],
    ["changed for", { "v1/1.jpg": "P", "v1/2.jpg": "QQ" }, ["v2/1.jpg", "v2/2.jpg"]],
  ])("none is sent if a folder is %s all", async (_how, texts, now) => {
    await grown({ itemKeys }, texts);
    for (const [index, [path, text]] of Object.entries(texts).entries())
      await place.move(path, now[index] ?? "", text);
    const { decision } = await place.run();
    expect(decision.plan).toMatchObject({ toSend: [], unverified: [], superseded: [] });
    expect(pathsOf(decision.plan.current)).toEqual(now);
  });

  test("none is sent again beside a new one", async () => {
    await grown({ itemKeys }, SENT);
    await place.put("test/4.jpg", "new");
    const { decision } = await place.run();
    expect(pathsOf(decision.plan.toSend)).toEqual(["test/4.jpg"]);
    expect(pathsOf(decision.plan.current)).toEqual(Object.keys(SENT));
  });
});

test("files of one name are told apart by their URLs", async () => {
  await grown({ itemKeys: "baseName" }, { "cats/1.jpg": "one", "cats/2.jpg": "two" });
  await place.put("dogs/1.jpg", "another");
  const { decision } = await place.run();
  expect(pathsOf(decision.plan.toSend)).toEqual(["dogs/1.jpg"]);
  expect(decision.plan.unverified).toEqual([]);
});

test("a name and a content are enough where URLs do not show the folder", async () => {
  await grown({ itemKeys: "baseName", itemUrls: "unnamed" }, SENT);
  await place.move("train/3.jpg", "val/3.jpg", "RRR");
  const { decision } = await place.run();
  expect(decision.plan).toMatchObject({ toSend: [], unverified: [] });
});

test("what has the name only is unverified", async () => {
  await place.start({
    dialect: { itemKeys: "baseName", itemUrls: "unnamed" },
    etag: "opaque",
    ingestMs: 0,
  });
  for (const [path, text] of Object.entries(SENT)) await place.put(path, text);
  await place.run();
  await place.forget();
  await place.move("train/3.jpg", "val/3.jpg", "RRR");
  const { decision } = await place.run();
  expect(decision.plan.toSend).toEqual([]);
  expect(pathsOf(decision.plan.unverified)).toEqual(["train/1.jpg", "val/2.jpg", "val/3.jpg"]);
});

test("an increment whose name shows its files is not judged by its URLs", async () => {
  await grown({ itemKeys: "baseName" }, SENT);
  await place.put("test/4.jpg", "new");
  const { avala } = sessionWith(place.emulator);
  const call: Avala["call"] = avala.call.bind(avala);
  const elsewhere: Avala["call"] = async (request) => {
    const reply = JSON.stringify(await call(request));
    return JSON.parse(reply.replace(/(\/set-0001-[^/"]+\/)(train|val)\//g, "$1raw/$2/")) as never;
  };
  const { decision } = await place.run({ avala: { ...avala, call: elsewhere } });
  expect(pathsOf(decision.plan.toSend)).toEqual(["test/4.jpg"]);
  expect(pathsOf(decision.plan.current)).toEqual(Object.keys(SENT));
});

describe.each([
  ["in one more folder", (path: string) => `raw/${path}`],
  ["in a numbered folder", (path: string) => `48213/${path}`],
  ["in folders of dates", (path: string) => `2026/11/30/${path}`],
  ["with underscores", (path: string) => path.replace(" ", "_")],
  ["in another case", (path: string) => path.replace("Train Set", "train-set")],
])("of files whose URLs have them %s", (_where, respell) => {
  test.each([
    [
      "names in folders",
      "baseName",
      { "Train Set/1.jpg": "P", "Train Set/3.jpg": "RRR", "val/2.jpg": "QQ" },
    ],
    ["paths in no folder", "path", { "1.jpg": "P", "3.jpg": "RRR", "2.jpg": "QQ" }],
  ] as const)(
    "the changed one is sent, and none if one is deleted, with keys that are %s",
    async (_what, itemKeys, texts) => {
      await grown({ itemKeys }, texts);
      const elsewhere = (): Avala => {
        const { avala } = sessionWith(place.emulator);
        haveUrls(avala, (url) =>
          url.replace(
            /(\/set-0\d+-[^/"]+\/)([^?"]*)/,
            (_all, root: string, path: string) =>
              root + encodeURI(respell(decodeURIComponent(path))),
          ),
        );
        return avala;
      };
      const [last = ""] = Object.keys(texts).slice(-1);
      await place.put(last, "changed");
      const { decision } = await place.run({ avala: elsewhere() });
      expect(decision.plan.unverified).toEqual([]);
      expect(pathsOf(decision.plan.toSend)).toEqual([last]);
      await place.forget();
      place.drop(last);
      const again = await place.run({ avala: elsewhere() });
      expect(again.decision.plan).toMatchObject({ toSend: [], unverified: [] });
    },
  );
});

test("a moved file is told by its URL beside a deleted one whose URL has another name", async () => {
  await grown(
    { itemKeys: "baseName" },
    { "train/1.jpg": "P", "train/3.jpg": "RRR", "train/9.tif": "T" },
  );
  await place.move("train/3.jpg", "val/3.jpg", "SSS");
  place.drop("train/9.tif");
  const { avala } = sessionWith(place.emulator);
  haveUrls(avala, (url) => url.replace("9.tif", "9.webp"));
  const { decision } = await place.run({ avala });
  expect(pathsOf(decision.plan.toSend)).toEqual(["val/3.jpg"]);
  expect(pathsOf(decision.plan.superseded)).toEqual(["9.tif", "train/3.jpg"]);
});
