// A run that sends for long under a fixed name looks now and then whether another machine's run has made the dataset, and sends
// nothing more then.
import { AvalaError } from "../../src/errors";
import { systemClock, type Clock } from "../../src/flow/clock";
import {
  PRESIGN,
  machineIn,
  versionOf,
  warnings,
  type Content,
  type Given,
} from "../support/machines";
import { contentOf, rivalFiles } from "../support/rival-files";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const NAME = "set";
const LIST = "GET /datasets/";

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

function lists(): number {
  return place.emulator
    .requests()
    .filter(({ method, path }) => method === "GET" && path === "/datasets/").length;
}

beforeEach(() => place.start({ dialect: { uploadReply: "form" }, ingestMs: 0 }));

const filesOf = (whose: string, count: number): Promise<Content> =>
  rivalFiles(place, whose, { count });

/** Another machine publishes `theirs` once `at` files were begun. */
function meanwhile(theirs: Content, at: number, slow = slowly(600)): Given {
  let other: Promise<unknown> | undefined;
  const holds = (route: string, count: number): Promise<unknown> | undefined => {
    slow.holds(route);
    if (route !== PRESIGN || count < at) return undefined;
    return (other ??= machineIn(place, "two").publish(theirs, NAME));
  };
  return { ...slow, holds };
}

test("ends soon after another run of other content has made the dataset, and names what it sent", async () => {
  const [ours, theirs] = [await filesOf("ours", 330), await filesOf("them", 330)];
  const one = machineIn(place, "one", meanwhile(theirs, 10));
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
  const ours = await filesOf("ours", 330);
  const one = machineIn(place, "one", meanwhile(ours, 10));
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

test.each([
  ["looks at most once a minute", 620, 1000, 2],
  ["looks with one of 300 calls at most", 320, 60_000, 1],
  ["does not look in its first minute", 320, 50, 0],
])("alone it %s", async (_what, count, msPerFile, looks) => {
  const ours = await filesOf("ours", count);
  const result = await machineIn(place, "one", slowly(msPerFile)).publish(ours, NAME);
  expect(result).toMatchObject({ outcome: "uploaded", unverified: 0 });
  // When it decides, and before the first byte.
  expect(lists() - 2).toBe(looks);
});

test("under a name that is made of the content it does not look", async () => {
  const ours = await filesOf("ours", 320);
  await machineIn(place, "one", slowly(1000)).publish(ours, versionOf(ours));
  expect(lists()).toBe(2);
});

test("a look that fails changes nothing", async () => {
  const ours = await filesOf("ours", 320);
  const slow = slowly(1000);
  const one = machineIn(place, "one", {
    ...slow,
    holds: (route, count) => {
      slow.holds(route);
      if (route === LIST && count > 2) throw new AvalaError("server", "Avala is out.");
      return undefined;
    },
  });
  await expect(one.publish(ours, NAME)).resolves.toMatchObject({ outcome: "uploaded" });
});
