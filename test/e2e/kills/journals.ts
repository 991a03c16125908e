// What journals on the disk say, read by the test's own rule and not by the code that is tested.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

// A line is a signature, a space, and a JSON array that begins with the path.
const jsonOf = (line: string): string => line.slice(line.indexOf(" ") + 1);

/** The paths that the journals in `folder` say have landed; a line that was cut says nothing. */
export function acknowledged(folder: string): Set<string> {
  const texts = existsSync(folder)
    ? readdirSync(folder).map((name) => readFileSync(path.join(folder, name), "utf8"))
    : [];
  const lines = texts.flatMap((text) => text.split("\n").slice(0, -1));
  return new Set(
    lines.flatMap((line) => {
      try {
        return [(JSON.parse(jsonOf(line)) as [string])[0]];
      } catch {
        return [];
      }
    }),
  );
}
