// The log behind `--data DIR`: one JSON line a change, the last one of a key wins. A SIGKILL can
// only tear the last line, whose change was not reported yet, since a reply waits for `flush`.
// By hand: lowdb writes all of the data again for each change, and Node has SQLite only from 22.5 on.
import type { FileHandle } from "node:fs/promises";
import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A change of one table: the new value, or null when the key went. */
export interface Change {
  readonly t: string;
  readonly k: string;
  readonly v: unknown;
}

export interface Journal {
  append(change: Change): void;
  /** Resolves when all that was appended before has been written. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Without a folder nothing is kept. */
export const noJournal: Journal = {
  append: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const FILE = "state.jsonl";

/** What the folder holds, oldest change first. A missing file is an empty one; a torn last line is dropped. */
export async function readJournal(dir: string): Promise<readonly Change[]> {
  const text = await readFile(join(dir, FILE), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n");
  // The part after the last newline is empty, or the line that a kill tore.
  lines.pop();
  return lines.map((line, index) => parse(line, index + 1, dir));
}

function parse(line: string, number: number, dir: string): Change {
  try {
    return JSON.parse(line) as Change;
  } catch (cause) {
    throw new Error(`${join(dir, FILE)} is damaged at line ${String(number)}`, { cause });
  }
}

/** Starts a fresh log that holds just these changes, put in place by a rename, and opens it for more. */
export async function openJournal(dir: string, changes: Iterable<Change>): Promise<Journal> {
  await mkdir(dir, { recursive: true });
  const temporary = join(dir, `${FILE}.tmp`);
  const lines = Array.from(changes, (change) => `${JSON.stringify(change)}\n`);
  await writeFile(temporary, lines.join(""));
  await rename(temporary, join(dir, FILE));
  return new FileJournal(await open(join(dir, FILE), "a"));
}

class FileJournal implements Journal {
  private pending: string[] = [];
  private writing: Promise<void> | undefined;

  constructor(private readonly file: FileHandle) {}

  append(change: Change): void {
    this.pending.push(`${JSON.stringify(change)}\n`);
  }

  async flush(): Promise<void> {
    // Whoever comes while a write is under way shares the next one: many replies, one system call.
    while (this.pending.length > 0) {
      this.writing ??= this.write();
      await this.writing;
    }
    await this.writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.file.close();
  }

  private async write(): Promise<void> {
    const text = this.pending.join("");
    this.pending = [];
    try {
      await this.file.appendFile(text);
    } finally {
      this.writing = undefined;
    }
  }
}
