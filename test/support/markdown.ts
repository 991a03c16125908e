// What a Markdown file holds that can be wrong: fenced blocks, links, headings. Knows nothing of whose file it is.
import { readFileSync } from "node:fs";

export interface FencedBlock {
  /** `ts`, `yaml`, `sh`; empty when the fence says none. */
  readonly language: string;
  readonly text: string;
  /** `README.md:12`, for messages. */
  readonly where: string;
}

export function fencedBlocks(root: string, file: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  const lines = readFileSync(`${root}/${file}`, "utf8").split("\n");
  let open: { language: string; from: number } | undefined;
  for (const [index, line] of lines.entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) continue;
    if (open === undefined) {
      open = { language: fence[1] ?? "", from: index + 1 };
      continue;
    }
    const text = lines.slice(open.from, index).join("\n");
    blocks.push({ language: open.language, text, where: `${file}:${open.from}` });
    open = undefined;
  }
  if (open !== undefined) throw new Error(`${file}:${open.from}: a fence is never closed`);
  return blocks;
}

/** Link and image targets, outside fenced blocks. */
export function links(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  const pictures = [...prose.matchAll(/<img[^>]* src="([^"]+)"/g)].map((match) => match[1] ?? "");
  return [...targets, ...pictures];
}

/** The anchors that GitHub gives to a file's headings. */
export function anchors(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}

/** Whether `lines` stand in `text` one after the other, whatever both are indented by. */
export function containsLines(text: string, lines: string): boolean {
  const plain = (value: string) =>
    value
      .trim()
      .split("\n")
      .map((line) => line.trim())
      .join("\n");
  return `\n${plain(text)}\n`.includes(`\n${plain(lines)}\n`);
}
