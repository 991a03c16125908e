// A store says 200 to a form of a growing set, keeps half of the file, and has no ETags that could show it.
import { useGrowingPlace, type Grown } from "../../support/growing-place";
import { sha256Of } from "../../support/upload-place";

const place = useGrowingPlace();
const NAMES = Array.from({ length: 12 }, (_, index) => `${String(index + 100)}.jpg`);
const contentOf = (path: string): string => `${path}: its content`;
const run = (machine: string): Promise<Grown> => place.run({ machine });

async function lacking(): Promise<readonly string[]> {
  const kept = new Set((await place.emulator.objects()).map(({ sha256 }) => sha256));
  return NAMES.filter((path) => !kept.has(sha256Of(Buffer.from(contentOf(path)))));
}

const start = async (): Promise<void> => {
  await place.start({ dialect: { uploadReply: "form" }, etag: "opaque", ingestMs: 0 });
  for (const path of NAMES) await place.put(path, contentOf(path));
};

test("a file that was cut short is not called verified by the run that sent it, and the next sends it again", async () => {
  await start();
  place.emulator.setFault({ on: { target: "storage", method: "POST" }, skip: 7, store: "half" });
  const first = await run("one");
  const cut = await lacking();
  expect(cut).toHaveLength(1);
  expect(first.result).toMatchObject({
    outcome: "uploaded",
    plan: { unverified: [{ path: cut[0] }] },
  });
  const second = await run("one");
  expect(second.result.upload?.sent.map(({ path }) => path)).toEqual(cut);
  expect(await lacking()).toEqual([]);
  expect((await run("one")).result).toMatchObject({
    ...{ outcome: "unchanged", plan: { unverified: [] } },
  });
});

test("what the sizes have shown is not looked at again", async () => {
  await start();
  expect((await run("one")).result).toMatchObject({ made: { unverified: 0 } });
  expect((await run("one")).calls).toEqual(["GET /datasets/"]);
});

describe("where storage has kept half of each file", () => {
  const left = ({ result: { plan } }: Grown): number[] => [
    plan.current.length,
    plan.unverified.length,
    plan.toSend.length,
  ];

  test("none is called verified, also elsewhere, and beside a file that is new", async () => {
    await start();
    const storage = { target: "storage", method: "POST" } as const;
    place.emulator.setFault({ on: storage, store: "half", times: 0 });
    for (const machine of ["one", "one", "two"])
      expect(left(await run(machine))).toEqual([0, NAMES.length, 0]);
    place.emulator.clearFaults();
    await place.put("new.jpg", "new: its content");
    for (const machine of ["three", "four", "four", "one"])
      expect(left(await run(machine))).toEqual([1, NAMES.length, 0]);
    expect(place.names()).toHaveLength(2);
  });
});
