// The dialect: one form for each switch, and how one is read and varied. Knows no routes.
import { EXPORTS } from "./exports";
import { MANNERS } from "./manners";
import { STORES } from "./stores";
import type { Switch } from "./switch";
import { UPLOADS } from "./uploads";

export const SWITCHES = { ...MANNERS, ...UPLOADS, ...EXPORTS, ...STORES };

type Switches = typeof SWITCHES;
export type SwitchName = keyof Switches;

/** How the server answers where the evidence leaves it open. */
export type Dialect = {
  readonly [Name in SwitchName]: Switches[Name] extends Switch<infer Form> ? Form : never;
};

const NAMES = Object.keys(SWITCHES) as readonly SwitchName[];

function each(choose: (one: Switch) => string): Dialect {
  // Each form is one of its own switch's, by `choose`.
  return Object.fromEntries(
    NAMES.map((name) => [name, choose(SWITCHES[name])]),
  ) as unknown as Dialect;
}

/** What the live API most likely speaks. */
export const DEFAULT_DIALECT = each((one) => one.default);

/** The switches that a user set, over the default. Throws an error that names all that is wrong. */
export function readDialect(value: unknown): Partial<Dialect> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("A dialect is an object of switches and their forms.");
  const problems = Object.entries(value).flatMap(([name, form]) => problemOf(name, form) ?? []);
  if (problems.length > 0) throw new Error(problems.join(" "));
  return value;
}

function problemOf(name: string, form: unknown): string | undefined {
  if (!Object.hasOwn(SWITCHES, name))
    return `"${name}" is not a switch; there are ${NAMES.join(", ")}.`;
  const { forms }: Switch = SWITCHES[name as SwitchName];
  if (typeof form === "string" && Object.hasOwn(forms, form)) return undefined;
  return `${name} takes ${Object.keys(forms).join(" or ")} (got ${JSON.stringify(form)}).`;
}

/** For each form that `base` does not speak, `base` with that one form changed. */
export function opposites(
  base: Dialect,
): readonly { readonly name: string; readonly dialect: Dialect }[] {
  return NAMES.flatMap((name) =>
    Object.keys(SWITCHES[name].forms)
      .filter((form) => form !== base[name])
      .map((form) => ({ name: `${name}=${form}`, dialect: { ...base, [name]: form } })),
  );
}

/** A dialect in which every switch is drawn by `random` (from 0 up to 1). */
export function mixture(random: () => number): Dialect {
  return each(({ forms }) => {
    const names = Object.keys(forms);
    return names[Math.floor(random() * names.length)] ?? "";
  });
}
