// Two runs of the same files under one name, on machines that share nothing: whoever comes second finds what the first one has
// begun, and no dataset is made that lacks files, whatever a presign in another batch does to the first.
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { connect } from "../../src/api/connect";
import type { AvalaEvent } from "../../src/events";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishResult } from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/run";
import { hurriedClock } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const FORMS = ["together", "apart", "last"] as const;
const PRESIGN = "POST /datasets/manual-upload/file-upload-url/";
const CONFIRM = "POST /datasets/manual-upload/";
const COUNT = 40;

type Content = readonly (UploadFile & { readonly sha256: string })[];

function makeFiles(): Promise<Content> {
  const names = Array.from({ length: COUNT }, (_, index) => `${String(index + 100)}.jpg`);
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

const versionOf = (files: Content): string =>
  datasetVersionName("set-{digest}", createManifest(files).digest);

interface Machine {
  readonly avala: Avala;
  readonly events: AvalaEvent[];
  readonly presigns: () => number;
  publish(files: Content, name: string): Promise<PublishResult>;
}

interface Given {
  /** What a call waits for. */
  readonly holds?: (route: string, count: number) => Promise<unknown> | undefined;
  /** What every wait waits for. */
  readonly sleeps?: (events: readonly AvalaEvent[]) => Promise<unknown> | undefined;
}

const open: Avala[] = [];
afterEach(() => {
  for (const avala of open.splice(0)) avala.close();
});

/** A machine with a state folder of its own. */
function machine(name: string, { holds, sleeps }: Given = {}): Machine {
  const { emulator } = place;
  const events: AvalaEvent[] = [];
  const counts = new Map<string, number>();
  const sleep: typeof hurriedClock.sleep = async (ms, until) => {
    await (sleeps?.(events) ?? hurriedClock.sleep(ms, until));
  };
  const connected = connect({
    apiKey: emulator.apiKey,
    baseUrl: emulator.baseUrl,
    allowInsecureBaseUrl: true,
    allowStorageHosts: [new URL(emulator.storageUrl).host],
    onEvent: (event) => events.push(event),
    ports: { clock: { now: hurriedClock.now, sleep } },
  });
  open.push(connected);
  const call: Avala["call"] = async (request) => {
    const count = (counts.get(request.route) ?? 0) + 1;
    counts.set(request.route, count);
    await holds?.(request.route, count);
    return connected.call(request);
  };
  const avala = { ...connected, call };
  return {
    avala,
    events,
    presigns: () => counts.get(PRESIGN) ?? 0,
    publish: (files, dataset) => {
      const options = { waitMs: () => 20_000, stateDirectory: join(place.folder, name) };
      const described = { name: dataset, slug: dataset, dataType: "image" as const };
      const target = { dataset: described, files, ifExists: "verify" as const };
      return publishDataset(avala, target, options);
    },
  };
}

/** A promise, and what fulfills it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let pass = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { opened, open: pass };
}

const isWait = (event: AvalaEvent): boolean =>
  event.kind === "warning" && event.text.includes("uploaded by another run of the same files");

const warnings = ({ events }: Machine): readonly string[] =>
  events.flatMap((event) => (event.kind === "warning" ? [event.text] : []));

/** The second run looks, then the first goes on to its end, then the second looks again. */
function meeting(): {
  readonly looked: Promise<void>;
  readonly ended: () => void;
  readonly second: Given;
} {
  const [looked, ended] = [gate(), gate()];
  const sleeps = (events: readonly AvalaEvent[]): Promise<void> | undefined => {
    if (!events.some(isWait)) return undefined;
    looked.open();
    return ended.opened;
  };
  return { looked: looked.opened, ended: ended.open, second: { sleeps } };
}

function datasets(): readonly number[] {
  return place.emulator.datasets().map(({ uid }) => place.emulator.items(uid).length);
}

describe.each(FORMS)(
  "two runs of the same files on two machines, where files lie %s",
  (batches) => {
    beforeEach(() => place.start({ dialect: { uploadReply: "managed", batches }, ingestMs: 0 }));

    test.each(["made of the content", "fixed"])(
      "make one whole dataset: the second starts at the first one's confirm (name %s)",
      async (kind) => {
        const files = await makeFiles();
        const name = kind === "fixed" ? "set" : versionOf(files);
        const { looked, ended, second } = meeting();
        const atConfirm = gate();
        const one = machine("one", {
          holds: (route) => {
            if (route !== CONFIRM) return undefined;
            atConfirm.open();
            return looked;
          },
        });
        const first = one.publish(files, name).finally(ended);
        await atConfirm.opened;
        const two = machine("two", second);
        const results = await Promise.all([first, two.publish(files, name)]);
        expect(results[0].outcome).toBe("uploaded");
        expect(results[1].outcome).toBe("unchanged");
        expect(datasets()).toEqual([COUNT]);
        expect(two.presigns()).toBeLessThan(COUNT + 10);
        expect(warnings(two).at(-1)).toMatch(/has made the dataset of these files/);
      },
    );

    test("make one whole dataset: the second starts while the first is half way (fixed name)", async () => {
      const files = await makeFiles();
      const { looked, ended, second } = meeting();
      const halfWay = gate();
      const one = machine("one", {
        holds: (route, count) => {
          if (route !== PRESIGN || count <= COUNT / 2) return undefined;
          halfWay.open();
          return looked;
        },
      });
      const first = one.publish(files, "set").finally(ended);
      await halfWay.opened;
      const two = machine("two", second);
      const results = await Promise.all([first, two.publish(files, "set")]);
      expect(results.map(({ outcome }) => outcome)).toEqual(["uploaded", "unchanged"]);
      expect(datasets()).toEqual([COUNT]);
      // One that shows the first file complete, and a few to see how far the other has come.
      expect(two.presigns()).toBeLessThan(12);
    });

    test.each(["made of the content", "fixed"])(
      "make one whole dataset: both start at once (name %s)",
      async (kind) => {
        const files = await makeFiles();
        const name = kind === "fixed" ? "set" : versionOf(files);
        const ends = await Promise.all(
          ["one", "two"].map((each) => machine(each).publish(files, name)),
        );
        expect(ends.map(({ outcome }) => outcome).sort()).toEqual(["unchanged", "uploaded"]);
        expect(datasets()).toEqual([COUNT]);
      },
    );

    /** One that sends all files, and nothing more from its confirm on. */
    async function killedAtConfirm(files: Content, name: string): Promise<void> {
      const atConfirm = gate();
      const holds = (route: string): Promise<void> | undefined => {
        if (route !== CONFIRM) return undefined;
        atConfirm.open();
        return new Promise(() => undefined);
      };
      void machine("one", { holds }).publish(files, name);
      await atConfirm.opened;
    }

    test("make a whole dataset: the first was killed before its confirm (name made of the content)", async () => {
      const files = await makeFiles();
      const name = versionOf(files);
      await killedAtConfirm(files, name);
      const two = machine("two");
      expect(await two.publish(files, name)).toMatchObject({ outcome: "uploaded" });
      expect(datasets()).toEqual([COUNT]);
      expect(warnings(two)).toEqual([
        expect.stringMatching(
          /^40 files of set-\w+ were uploaded by another run of the same files/,
        ),
        expect.stringMatching(
          /no sign of life for 2 minutes.* All files of set-\w+ are sent again/,
        ),
      ]);
    });

    test("end with what to do: the first was killed before its confirm (fixed name)", async () => {
      const files = await makeFiles();
      await killedAtConfirm(files, "set");
      const hint = /Choose another name, or put \{digest\} into it/;
      await expect(machine("two").publish(files, "set")).rejects.toMatchObject({
        code: "conflict",
        hint: expect.stringMatching(hint) as string,
      });
      expect(datasets()).toEqual([]);
    });
  },
);
