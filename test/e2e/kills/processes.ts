// The processes that a test has started, by what they run. Looks at descendants of this process alone, so that nobody
// else's are ever met.
import { execFileSync } from "node:child_process";

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function list(): readonly Row[] {
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** The descendants of `of`, which is this process or one of its own, whose command line `matches`. */
export function descendants(
  matches: (command: string) => boolean,
  of: number = process.pid,
): readonly number[] {
  const rows = list();
  const found = new Set([of]);
  // A child may be listed before its parent.
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { pid, parent } of rows) if (found.has(parent)) found.add(pid);
  }
  return rows
    .filter(({ pid, command }) => pid !== of && found.has(pid) && matches(command))
    .map(({ pid }) => pid);
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What runs under a number, for messages; absent when nothing does. */
export function commandOf(pid: number): string | undefined {
  return list().find((row) => row.pid === pid)?.command;
}
