// A folder of files and an emulator, and steps of the Action run on them. Made before each test, gone after it.
import type { Emulator, EmulatorOptions } from "../../emulator";
import type { Clock } from "../../src/flow/clock";
import { startQuietly } from "./quiet-emulator";
import { runTalkingTo, type Given, type Recorded } from "./recorded-action";
import { hurriedClock } from "./session";
import { createTempTree, type TempTree, type TreeContent } from "./temp-tree";

export interface ActionPlace {
  readonly tree: TempTree;
  readonly emulator: Emulator;
  /** Another emulator in the place of the one that is there. */
  readonly start: (options?: EmulatorOptions) => Promise<void>;
  readonly act: (inputs: Record<string, string>, more?: Partial<Given>) => Promise<Recorded>;
}

/** `defaults` are the emulator's options, also of those that a test starts. */
export function useActionPlace(content: TreeContent, defaults: EmulatorOptions = {}): ActionPlace {
  let tree: TempTree | undefined;
  let emulator: Emulator | undefined;
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("The place is there only while a test runs.");
    return value;
  };
  const place: ActionPlace = {
    get tree() {
      return there(tree);
    },
    get emulator() {
      return there(emulator);
    },
    start: async (options = {}) => {
      await emulator?.stop();
      emulator = await startQuietly({ ...defaults, ...options });
    },
    act: (inputs, more = {}) => runTalkingTo(place.emulator, { tree: place.tree, ...more, inputs }),
  };
  beforeEach(async () => {
    tree = createTempTree(content);
    await place.start();
  });
  afterEach(async () => {
    tree?.remove();
    await emulator?.stop();
    [tree, emulator] = [undefined, undefined];
  });
  return place;
}

/** Time stands still but for files, each of which takes six minutes: of a budget of ten, two are begun. */
export function timeByFiles({ emulator }: Pick<ActionPlace, "emulator">): Clock {
  const begun = (): number =>
    emulator.requests().filter(({ path }) => path.endsWith("/file-upload-url/")).length;
  return { ...hurriedClock, now: () => 1_800_000_000_000 + begun() * 360_000 };
}
