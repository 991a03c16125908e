// The dialects that a scenario is to be run over, and an emulator that speaks one of them.
import {
  DEFAULT_DIALECT,
  type Dialect,
  type Emulator,
  type EmulatorOptions,
  mixture,
  opposites,
  type SwitchName,
  SWITCHES,
} from "../../emulator/index";
import { seeded, type Seeded } from "../simulation/seeded";
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

const NAMES = Object.keys(SWITCHES) as readonly SwitchName[];

/** Forms that can be seen only while another switch is not at its default. */
const SEEN_WITH: Readonly<Partial<Record<SwitchName, Partial<Dialect>>>> = {
  // A form has no parts.
  parts: { uploadReply: "managed" },
};

/** The dialect that shows what one form of one switch does: the default with that form. */
export const speaking = (name: SwitchName, form: string): Dialect => ({
  ...DEFAULT_DIALECT,
  ...SEEN_WITH[name],
  [name]: form,
});

/** The forms of a switch, each as often as the others, the default's last and so at most as often; in an order that is drawn. */
function drawnForms(name: SwitchName, count: number, random: Seeded): readonly string[] {
  const { forms, default: usual } = SWITCHES[name];
  const inTurn = [...Object.keys(forms).filter((form) => form !== usual), usual];
  const left = Array.from({ length: count }, (_, n) => inTurn[n % inTurn.length]!);
  return Array.from({ length: count }, () => left.splice(random.integer(left.length), 1).join());
}

/** So few mixtures that each switch speaks each of its forms in one, if it has no more of them than there are mixtures. */
function fewMixtures(count: number, seed: number): readonly NamedDialect[] {
  const random = seeded(seed);
  const drawn = NAMES.map((name) => [name, drawnForms(name, count, random)] as const);
  return Array.from({ length: count }, (_, n) => ({
    name: `mixture ${String(n + 1)} of ${String(count)}`,
    // Each form is one of its own switch's.
    dialect: Object.fromEntries(
      drawn.map(([name, forms]) => [name, forms[n]]),
    ) as unknown as Dialect,
  }));
}

/**
 * Five: no switch but that of the items' URLs has more forms, and the last of those is spoken alone. With this seed they show most
 * pairs of forms, and leave every scenario possible: none hides both who the key's user is and who owns a dataset.
 */
const FEW = fewMixtures(5, 420);

/** Each form but those that the default shows. */
function otherForms(name: SwitchName): readonly NamedDialect[] {
  const dialects = Object.keys(SWITCHES[name].forms).map((form) => ({
    name: `${name}=${form}`,
    dialect: speaking(name, form),
  }));
  const isOther = ({ dialect }: NamedDialect): boolean =>
    NAMES.some((other) => dialect[other] !== DEFAULT_DIALECT[other]);
  return dialects.filter(isOther);
}

/** Whether a mixture speaks all that `dialect` has besides the default's forms. */
function isMixed({ dialect }: NamedDialect): boolean {
  const own = NAMES.filter((name) => dialect[name] !== DEFAULT_DIALECT[name]);
  return FEW.some(({ dialect: mixed }) => own.every((name) => mixed[name] === dialect[name]));
}

const unmixed = NAMES.flatMap(otherForms).filter((form) => !isMixed(form));

const isEachAlone = process.env["AVALA_DIALECTS"] === "alone";

/**
 * Mixtures in which every form is spoken; one that none of them shows is spoken alone, with the default's in all else, which stands
 * for the default. With `AVALA_DIALECTS=alone`, as CI sets it every night, each form is, and there are more mixtures: it takes ten times as long.
 */
export const SPOKEN: readonly NamedDialect[] = [
  ...(isEachAlone || unmixed.length === 0 ? [DEFAULT] : []),
  ...(isEachAlone ? NAMES.flatMap(otherForms) : unmixed),
  ...FEW,
  // Of these seeds, too, they leave every scenario possible.
  ...(isEachAlone ? mixtures(8, 2106) : []),
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
