// A growing set of which this machine has a part on record: another run's increment has to be compared, and what would show that a
// difference there is one of the content is on record, so that it isn't looked at.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../../../src/api/connection";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";
import { changeReplies } from "../../support/store-replies";

const place = useGrowingPlace();
const LIST = "GET /datasets/";
const pathsOf = (entries: readonly { readonly path: string }[]) => entries.map(({ path }) => path);

/** The third day, on the machine of the first. */
async function thirdDay(change: (avala: Avala) => void = () => undefined) {
  const { avala } = sessionWith(place.emulator);
  change(avala);
  const { calls, decision } = await place.run({ avala });
  const { toSend, superseded, unverified } = decision.plan;
  const plan = {
    ...{ toSend: pathsOf(toSend), superseded: pathsOf(superseded) },
    unverified: pathsOf(unverified),
  };
  return { plan, calls };
}

const SENT = { toSend: ["latest.png"], superseded: ["latest.png", "latest.png"], unverified: [] };
const UNVERIFIED = { toSend: [], superseded: ["latest.png"], unverified: ["latest.png"] };

/** `latest.png` was sent on the first day, and changed on the second, whose record is not kept. */
async function grown(options: Parameters<typeof place.start>[0] = {}): Promise<void> {
  await place.start({ ingestMs: 0, ...options });
  for (const name of ["a", "b", "c"]) await place.put(`${name}.png`, `content of ${name}`);
  await place.put("latest.png", "latest 1");
  await place.run();
  await cp(place.stateDirectory, join(place.folder, "unsaved"), { recursive: true });
  await place.put("latest.png", "latest 2");
  await place.run({ machine: "unsaved" });
}

describe("a file that changed again after a change of which there is no record", () => {
  test.each(["latest 3", "latest, and longer"])("is sent: %s", async (content) => {
    await grown();
    await place.put("latest.png", content);
    const { plan, calls } = await thirdDay();
    expect(plan).toEqual(SENT);
    const before = calls.slice(
      0,
      calls.findIndex((call) => call.startsWith("POST")),
    );
    expect(before.filter((call) => call.endsWith("/items/"))).toHaveLength(2);
    const quiet = await thirdDay();
    expect(quiet).toEqual({ plan: { ...SENT, toSend: [] }, calls: [LIST] });
  });

  test("is sent where the store has no MD5s, if its size is another", async () => {
    await grown({ etag: "opaque" });
    await place.put("latest.png", "latest, and longer");
    expect((await thirdDay()).plan).toEqual(SENT);
  });

  test("is unverified where the store has no MD5s, if its size is the same", async () => {
    await grown({ etag: "opaque" });
    await place.put("latest.png", "latest 3");
    expect((await thirdDay()).plan).toEqual(UNVERIFIED);
  });

  test("is unverified where all that is looked at may be previews", async () => {
    await grown();
    await place.put("latest.png", "latest 3");
    const shrunk = (avala: Avala): void =>
      changeReplies(avala, () => ({
        etag: "a-preview",
        headers: { "content-range": "bytes 0-0/5" },
      }));
    expect((await thirdDay(shrunk)).plan).toEqual(UNVERIFIED);
  });

  test("is unverified where Avala does not list what is on record", async () => {
    await grown();
    await place.put("latest.png", "latest, and longer");
    const { slug } = place.emulator.datasets().find(({ name }) => name.startsWith("set-0001-"))!;
    const deaf = (avala: Avala): void => {
      const call = avala.call.bind(avala);
      jest.spyOn(avala, "call").mockImplementation((request) => {
        const isIts = request.path?.includes(slug) === true && request.path.includes("items");
        return isIts
          ? call({ ...request, path: [...(request.path ?? []), "none"] })
          : call(request);
      });
    };
    expect((await thirdDay(deaf)).plan).toEqual(UNVERIFIED);
  });
});
