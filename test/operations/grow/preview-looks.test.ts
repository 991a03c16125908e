// A preview of a growing set waits for nothing, and asks stores for a minute: that is theirs, however long the lists take.
import { createAxiosTransport } from "../../../src/api/transport/axios-transport";
import type { Transport } from "../../../src/api/transport/transport";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";
import { virtualClock, type VirtualClock } from "../../support/virtual-clock";

const PAGE_MS = 10_000;
const COUNT = 8;

const place = useGrowingPlace();

function slowLists(clock: VirtualClock): Transport {
  const api = createAxiosTransport({});
  return {
    ...api,
    send: async (request) => {
      if (request.url.includes("/items/")) await clock.sleep(PAGE_MS);
      return api.send(request);
    },
  };
}

test("the changed file is found in any of the increments that are listed slowly", async () => {
  await place.start();
  const pathOf = (index: number): string => `${index}.jpg`;
  for (let index = 0; index < COUNT; index += 1) {
    await place.put(pathOf(index), `one ${index}`);
    await place.put(`other-${pathOf(index)}`, `other ${index}`);
    await place.run();
  }
  const changed = pathOf(0);
  await place.put(changed, "two");
  const clock = virtualClock(Date.now());
  const { avala } = sessionWith(place.emulator, { ports: { clock, api: slowLists(clock) } });
  const options = { waitMs: () => "preview" as const };
  const decided = place.decide({ avala, machine: "fresh", options });
  const { plan } = await clock.run(decided);
  expect(plan.toSend.map(({ path }) => path)).toEqual([changed]);
  expect(plan.unverified).toEqual([]);
});
