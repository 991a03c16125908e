// The names of a growing set's datasets: `training-0007-3f9a1c2e77b0`, by number and by the digest of what the increment
// holds. Two runs that add the same files so make the same name, and others never meet. Pure.
import { createHash } from "node:crypto";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { InputError } from "../../errors";
import { filledName, shortDigest, slugFrom } from "../../files/manifest/dataset-name";
import { aText, maybe, optionsOf, refuse } from "../../shapes";
import { shown } from "../../text";
import { folded, isCalled } from "../datasets/dataset";

/** What all names of a set have in common. */
export interface GrowingName {
  /** `training-` */
  readonly before: string;
  /** A template with `{increment}`. @default made of the name */
  readonly slug?: string | undefined;
  /** What `{folder}` stands for. */
  readonly folder?: string | undefined;
}

export interface NumberedName {
  readonly number: number;
  /** The first 12 hex digits of the digest of what the increment was made of. */
  readonly shortDigest: string;
}

const PLACEHOLDER = "{increment}";
const MIN_DIGITS = 4;
// Six digits: one a minute for two years. Eight would be a date, as of a folder that is a version by itself.
const NUMBERED = /^(\d{4,6})-([0-9a-f]{12})$/;

function paddedNumber(number: number): string {
  return String(number).padStart(MIN_DIGITS, "0");
}

function numberedText(number: number, digest: string): string {
  return `${paddedNumber(number)}-${shortDigest(digest)}`;
}

const MAX_NUMBER = 999_999;

/** After the highest. Numbers need not be unique: two runs at once may choose one, and the digest distinguishes them. */
export function nextNumber(numbers: readonly number[]): number {
  const highest = numbers.reduce((found, number) => Math.max(found, number), 0);
  return Math.min(MAX_NUMBER, highest + 1);
}

const SAMPLE = numberedText(1, "0".repeat(64));

/** Whether a template is a growing set's. */
export function isGrowingTemplate(template: string): boolean {
  return template.includes(PLACEHOLDER);
}

type NameOptions = Pick<GrowingName, "folder" | "slug">;

const NAME_OPTIONS = optionsOf<NameOptions>({ folder: maybe(aText), slug: maybe(aText) });

/**
 * Reads `training-{increment}`. The placeholder stands at the end, after something that is not a letter or a digit: else
 * `training1` of one set would be `training` and a number of another.
 * @throws InputError for a template that is not so, another placeholder, or a name that can't be one
 */
export function growingName(template: string, options: NameOptions = {}): GrowingName {
  refuse(aText("template", template), NAME_OPTIONS("options", options));
  const { folder, slug } = options;
  const problem = templateProblem(template);
  if (problem !== undefined) throw new InputError([{ input: "dataset", text: problem }]);
  const name = filledName("dataset", template, { increment: SAMPLE, folder });
  if (slug !== undefined && !isGrowingTemplate(slug)) {
    const text = `must contain ${PLACEHOLDER} because dataset does; otherwise the next increment would need the same slug`;
    throw new InputError([{ input: "slug", text }]);
  }
  const growing = { before: name.slice(0, -SAMPLE.length), slug, folder };
  incrementName(growing, 1, "0".repeat(64)); // so that a slug's own faults show now
  return growing;
}

/** What is wrong with a growing set's template by itself. */
export function templateProblem(template: string): string | undefined {
  const [before = "", ...rest] = template.split(PLACEHOLDER);
  if (rest.length !== 1 || rest[0] !== "")
    return `${shown(template)} must end with ${PLACEHOLDER} and contain it only there, for example training-${PLACEHOLDER}`;
  if (!/[\p{L}\p{N}}][^\p{L}\p{N}{}]+$/u.test(before))
    return `${shown(template)} must name the set before ${PLACEHOLDER}, and have a dash between the two: training-${PLACEHOLDER}`;
  return undefined;
}

/** Name and slug of an increment, the slug where no numbered one is free. @throws InputError for one over 255 characters */
export function incrementName(
  { before, slug, folder }: GrowingName,
  number: number,
  digest: string,
): { readonly name: string; readonly slug: string } {
  const increment = numberedText(number, digest);
  const name = before + increment;
  const filled = slug === undefined ? name : filledName("slug", slug, { increment, folder });
  return { name, slug: slugFrom(filled) };
}

/**
 * The slug that one increment of the set has, whatever it holds: a server makes each slug once for an owner (contract,
 * "Errors"), so of two runs that confirm in the same moment one is refused. Where a slug can't have all letters of the name, a
 * part of the name's digest stands for them, or sets of other names would take each other's numbers.
 */
export function numberedSlug({ before, slug, folder }: GrowingName, number: number): string {
  const increment = paddedNumber(number);
  if (slug !== undefined) return slugFrom(filledName("slug", slug, { increment, folder }));
  const lost = /\P{ASCII}/u.test(before) ? `${shortDigest(sha256(before)).slice(0, 6)}-` : "";
  return slugFrom(`${before}${lost}${increment}`);
}

function sha256(name: string): string {
  return createHash("sha256").update(name.normalize("NFC")).digest("hex");
}

/** Name and slug that an increment is to have: the slug unless another dataset has it by the confirm. @throws InputError */
export function plannedName(
  growing: GrowingName,
  number: number,
  digest: string,
): { readonly name: string; readonly slug: string } {
  const { name } = incrementName(growing, number, digest);
  return { name, slug: numberedSlug(growing, number) };
}

/** The number of a slug that {@link numberedSlug} made. */
function numberOfSlug(growing: GrowingName, slug: string): number | undefined {
  for (let start = 0; start + MIN_DIGITS <= slug.length; start += 1) {
    const [digits = ""] = /^\d{4,6}/.exec(slug.slice(start)) ?? [];
    for (let length = MIN_DIGITS; length <= digits.length; length += 1) {
      const number = Number(digits.slice(0, length));
      if (number > 0 && numberedSlug(growing, number) === slug) return number;
    }
  }
  return undefined;
}

/** The set's own name, `training` of `training-`: what its datasets are searched by. */
export function nameOfSet({ before }: GrowingName): string {
  return before.replace(/[^\p{L}\p{N}]+$/u, "");
}

function numberedIn(rest: string): NumberedName | undefined {
  const [, digits = "", digest = ""] = NUMBERED.exec(rest) ?? [];
  const number = Number(digits);
  const isOurs = number > 0 && paddedNumber(number) === digits;
  return isOurs ? { number, shortDigest: digest } : undefined;
}

/** `undefined` for a dataset that is not an increment of the set, whatever else its name begins with. */
export function parseIncrement(
  growing: GrowingName,
  dataset: Pick<Dataset, "name" | "slug">,
): NumberedName | undefined {
  const { before } = growing;
  const { name } = dataset;
  if (name.startsWith(before)) return numberedIn(name.slice(before.length));
  // A server may return a name in another case or form: then its slug has to be the one that we gave.
  const start = folded(`${before}-`).slice(0, -1);
  const written = folded(name);
  if (!written.startsWith(start)) return undefined;
  const numbered = numberedIn(written.slice(start.length));
  if (numbered === undefined) return undefined;
  if (numberOfSlug(growing, dataset.slug) !== undefined) return numbered;
  const made = incrementName(growing, numbered.number, numbered.shortDigest);
  return isCalled(dataset, made) ? numbered : undefined;
}

/**
 * Those of a dataset's name and of its slug, 0 where it has none: they differ where the slug of its number was taken.
 * @param number of the increment, where that is known. @default the one in its name
 */
export function numbersOf(
  growing: GrowingName,
  dataset: Pick<Dataset, "name" | "slug">,
  number = parseIncrement(growing, dataset)?.number ?? 0,
): readonly number[] {
  return [number, numberOfSlug(growing, dataset.slug) ?? 0];
}

/** Whether a name is that of some growing set's increment. */
export function hasIncrementEnding(name: string): boolean {
  return /-\d{4,6}-[0-9a-f]{12}$/.test(name);
}
