// Many files in one line: how many of each suffix, and a few by name. Pure.
import { formatCount, shown } from "../../text";
import { conversionOf } from "../foreign-formats";
import { suffixOf } from "../media";

const maxGroups = 10;
const maxNamed = 3;

/** Files that are not indexed: how many of each suffix, some by name, and what to convert them to. */
export function describeForeign(paths: readonly string[]): string {
  return describeGroups(groupsOf(paths, suffixOf), conversionOf);
}

interface Group {
  readonly name: string;
  readonly files: readonly string[];
}

/** The largest first. */
export function groupsOf(
  paths: readonly string[],
  nameOf: (path: string) => string,
): readonly Group[] {
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const name = nameOf(path);
    const files = byName.get(name);
    if (files === undefined) byName.set(name, [path]);
    else files.push(path);
  }
  return [...byName]
    .map(([name, files]) => ({ name, files }))
    .sort((a, b) => b.files.length - a.files.length || (a.name < b.name ? -1 : 1));
}

/** How many of each, a few by name, and what is to be said about them. */
export function describeGroups(
  groups: readonly Group[],
  aboutOf: (suffix: string) => string | undefined,
): string {
  const described = groups.slice(0, maxGroups).map(({ name, files }) => {
    const about = aboutOf(name);
    const suffix = name === "" ? "without a suffix" : shown(name);
    return `${formatCount(files.length)} ${suffix} (${namesOf(files)}${about === undefined ? "" : `; ${about}`})`;
  });
  const rest = groups.length - maxGroups;
  return (
    described.join(", ") + (rest > 0 ? `, and files of ${formatCount(rest)} more suffixes` : "")
  );
}

/** A few of them by name. */
export function namesOf(files: readonly string[]): string {
  const rest = files.length > maxNamed ? ", …" : "";
  return files.slice(0, maxNamed).map(shown).join(", ") + rest;
}

/** The suffixes that there are, the most frequent first. */
export function suffixesIn(paths: readonly string[]): string {
  const suffixes = groupsOf(paths, suffixOf).map(({ name }) => name);
  return suffixes.slice(0, maxGroups).join(", ");
}
