// A run that sends for long under a fixed name looks now and then whether another machine's run has made the dataset, and sends
// nothing more then. When it looks is in test/upload/look-for-made.test.ts.
import { systemClock, type Clock } from "../../src/flow/clock";
import { confirm } from "../support/emulator";
import { PRESIGN, machineIn, warnings, type Content, type Given } from "../support/machines";
import { contentOf, rivalFiles } from "../support/rival-files";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const NAME = "set";
// A look is allowed for one call in 300; a few more are under way by then.
const COUNT = 320;

/** A clock on which each presign takes `msPerFile`, as under a limit of calls a minute. */
function slowly(msPerFile: number): {
  readonly clock: Clock;
  readonly holds: (route: string) => undefined;
} {
  // However long it really takes.
  let ms = systemClock.now();
  const clock: Clock = {
    now: () => ms,
    sleep: (wait, signal) => {
      ms += wait;
      return systemClock.sleep(0, signal);
    },
  };
  const holds = (route: string): undefined => {
    if (route === PRESIGN) ms += msPerFile;
  };
  return { clock, holds };
}

beforeEach(() =>
  place.start({ dialect: { uploadReply: "form", batches: "together" }, ingestMs: 0 }),
);

const filesOf = (whose: string): Promise<Content> => rivalFiles(place, whose, { count: COUNT });

/** Another machine has made the dataset of its own files. */
async function makeOf(whose: string, { length }: Content): Promise<void> {
  for (let index = 100; index < 100 + length; index += 1) {
    const path = `${String(index)}.jpg`;
    await place.emulator.leaveFile(`${NAME}/${path}`, contentOf(whose, path));
  }
  await confirm(place.emulator, { name: NAME, slug: NAME });
}

/** Another machine makes the dataset of `whose` files once `at` were begun. */
function meanwhile(whose: string, ours: Content, at: number): Given {
  const slow = slowly(600);
  let other: Promise<unknown> | undefined;
  const holds = (route: string, count: number): Promise<unknown> | undefined => {
    slow.holds(route);
    if (route !== PRESIGN || count < at) return undefined;
    return (other ??= makeOf(whose, ours));
  };
  return { ...slow, holds };
}

test("ends soon after another run of other content has made the dataset, and names what it sent", async () => {
  const ours = await filesOf("ours");
  const one = machineIn(place, "one", meanwhile("them", ours, 10));
  await expect(one.publish(ours, NAME)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(
      /does not hold exactly these files:.*of other content.*Another run made it while this one was sending\. Up to 3\d\d files that this run sent may lie in the place of its files:\n.*100\.jpg/s,
    ) as string,
    hint: expect.not.stringContaining("Nothing was sent") as string,
  });
  expect(one.presigns()).toBeLessThan(315);
  expect(warnings(one)).toContainEqual(
    expect.stringMatching(/Another run has made the dataset set while this one was sending/),
  );
});

test("compares what another run of the same files has made", async () => {
  const ours = await filesOf("ours");
  const one = machineIn(place, "one", meanwhile("ours", ours, 10));
  const result = await one.publish(ours, NAME);
  expect(result).toMatchObject({ outcome: "unverified" });
  expect(one.presigns()).toBeLessThan(315);
  // What it told of as not compared it has not recorded as compared.
  await place.emulator.leaveFile(`${NAME}/150.jpg`, contentOf("them", "150.jpg"));
  const again = machineIn(place, "one").publish(ours, NAME);
  await expect(again).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(/150\.jpg/) as string,
  });
});
