// Kills a day of a growing set before and after each of its calls and each file that is sent. The next run has to end with
// each content stored once as an item, in two datasets, and the one after that with nothing to do.
import type { Avala } from "../../../src/api/connection";
import { AvalaError } from "../../../src/errors";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();

type When = "before" | "after";

/** A session that is killed at its `point`th request: nothing that it would do after that is done. */
function killedAt(
  point: number,
  when: When,
): { readonly avala: Avala; readonly count: () => number } {
  const { avala } = sessionWith(place.emulator);
  let count = 0;
  const killed = (): AvalaError => new AvalaError("cancelled", "killed");
  const at = async <T>(work: () => Promise<T>): Promise<T> => {
    const now = count++;
    if (now > point || (now === point && when === "before")) throw killed();
    const reply = await work();
    if (now === point) throw killed();
    return reply;
  };
  const call: Avala["call"] = (request) => at(() => avala.call(request));
  const send: Avala["storage"]["send"] = (request) => at(() => avala.storage.send(request));
  return { avala: { ...avala, call, storage: { ...avala.storage, send } }, count: () => count };
}

async function startDay(): Promise<void> {
  place.drop("c.jpg");
  await place.start();
  await place.put("a.jpg", "one");
  await place.put("b.jpg", "two");
  await place.run();
  await place.put("a.jpg", "one, again");
  await place.put("c.jpg", "three");
}

const contentsOfItems = () =>
  place.emulator
    .datasets()
    .flatMap(({ uid }) => place.emulator.items(uid))
    .map(({ key, size }) => `${key ?? ""} ${String(size)}`)
    .sort();

test.each<When>(["before", "after"])(
  "a day that is killed %s any of its requests ends well in the next run",
  async (when) => {
    const wrong: string[] = [];
    for (let point = 0, isThere = true; isThere; point += 1) {
      await startDay();
      const { avala, count } = killedAt(point, when);
      await place.run({ avala }).catch(() => undefined);
      isThere = count() > point;
      await place.run();
      const quiet = await place.run();
      const items = contentsOfItems().join();
      if (items !== "a.jpg 10,a.jpg 3,b.jpg 3,c.jpg 5") wrong.push(`${point}: ${items}`);
      if (place.names().length !== 2) wrong.push(`${point}: ${place.names().join()}`);
      if (quiet.calls.length !== 1) wrong.push(`${point}: ${quiet.calls.join()}`);
      await place.emulator.stop();
      await place.forget();
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);
