// Pieces of GitHub's Markdown, of cells that are Markdown already. Pure; knows nothing of what stands in them.

/** Lines up to a number of them and of bytes, and how many are left over. */
interface Fitting {
  readonly lines: readonly string[];
  readonly rest: number;
}

export interface Bound {
  readonly most: number;
  readonly maxBytes: number;
}

/** GitHub refuses a summary of more than 1 MiB, as 12,000 partitions or long names would make it. */
export function fitting(lines: readonly string[], { most, maxBytes }: Bound): Fitting {
  let bytes = 0;
  const tooMuch = lines.findIndex((line, index) => {
    bytes += Buffer.byteLength(line) + 1;
    return index >= most || bytes > maxBytes;
  });
  const count = tooMuch === -1 ? lines.length : tooMuch;
  return { lines: lines.slice(0, count), rest: lines.length - count };
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** `numbers`: how many of the last columns are numbers, and stand to the right. */
export function tableHead(names: readonly string[], numbers = 0): readonly string[] {
  const marks = names.map((_name, index) => (index < names.length - numbers ? "---" : "---:"));
  return [row(names), row(marks)];
}

export function details(title: string, lines: readonly string[]): readonly string[] {
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>", ""];
}

/** `text` is Markdown already. */
export function link(text: string, url: string | undefined): string {
  if (url === undefined) return text;
  const target = url.replace(/[()<>|"'`\\\s*~[\]]/g, (found) => `%${hexOf(found)}`);
  return `[${text}](${target})`;
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
}

/** Text of the server's, a user's or a file's, made harmless. */
export type Clean = (value: string) => string;
