// The dialects that a scenario is to be run over, and an emulator that speaks one of them.
import {
  DEFAULT_DIALECT,
  type Dialect,
  type Emulator,
  type EmulatorOptions,
  mixture,
  opposites,
} from "../../emulator/index";
import { seeded } from "../simulation/seeded";
import { startQuietly } from "./quiet-emulator";

export interface NamedDialect {
  readonly name: string;
  readonly dialect: Dialect;
}

/** For options: a server with PATCH and DELETE of a dataset, which no source documents. */
export const WITH_CHANGES = { dialect: { datasetChanges: "offered" } } as const;

export const DEFAULT: NamedDialect = { name: "the default", dialect: DEFAULT_DIALECT };

/** Every other form of every switch, one at a time, over `base`. */
export const oppositesOf = (base: Dialect): readonly NamedDialect[] => opposites(base);

/** Every switch drawn at random; the same for the same seed. */
export function mixtures(count: number, firstSeed = 1): readonly NamedDialect[] {
  return Array.from({ length: count }, (_, n) => {
    const seed = firstSeed + n;
    const random = seeded(seed);
    return { name: `mixture ${String(seed)}`, dialect: mixture(() => random.next()) };
  });
}

/** What a scenario that matters runs over: the default, the opposite of each switch, three mixtures. */
export const ALL_DIALECTS: readonly NamedDialect[] = [
  DEFAULT,
  ...oppositesOf(DEFAULT_DIALECT),
  ...mixtures(3),
];

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
});

/** Without limits and waits unless they are asked for; stopped after the test. */
export async function startSpeaking(
  dialect: EmulatorOptions["dialect"],
  options: EmulatorOptions = {},
): Promise<Emulator> {
  const emulator = await startQuietly({
    ...(dialect === undefined ? {} : { dialect }),
    ...options,
  });
  running.push(emulator);
  return emulator;
}
