// Text for a workflow's log and its summary, made harmless: file names and a server's words are written by others.
// Knows nothing of what is said.
import { printable, redact } from "../../src/redact";

const MAX_LINE_CHARACTERS = 2000;
// A warning with its way out has some 600.
const MAX_CELL_CHARACTERS = 1000;

/**
 * `text` with no secret in it and no line that the runner takes for a command: it looks for `::` at a
 * line's start, after blanks, and for `##[` anywhere.
 */
export function logText(text: string, secrets: readonly string[]): string {
  return redact(text, secrets)
    .split("\n")
    .map(
      (line) => `${/^ */.exec(line)?.[0] ?? ""}${harmless(printable(line, MAX_LINE_CHARACTERS))}`,
    )
    .join("\n");
}

function harmless(line: string): string {
  return line.replace(/##\[/g, "## [").replace(/^::/, ": :");
}

function asEntity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** Text that Markdown and HTML take as nothing but text: no tag, link, formula, list or mention. */
export function markdownText(text: string, secrets: readonly string[]): string {
  return (
    printable(redact(text, secrets), MAX_CELL_CHARACTERS)
      .replace(/[\\`*_[\]<>#|~&@$]/g, (found) => asEntity(found))
      // Each looks back only from its own character: to look back from all of them takes five times as long.
      .replace(/:(?=\/\/)|\.(?<=\bwww\.)|^[-+=]|[.)](?<=^\d+[.)])/gi, (found) => asEntity(found))
  );
}
