import { spawnSync } from "node:child_process";
import { isMarkRunning, ownMark, pidIn } from "../../src/flow/disk/process-mark";

const linux = process.platform === "linux" ? test : test.skip;

describe("the mark of a process", () => {
  test("is a word that a file's name can hold, with the process's number", () => {
    expect(ownMark()).toMatch(/^[0-9a-f-]+$/);
    expect(pidIn(ownMark())).toBe(process.pid);
    expect(ownMark()).toBe(ownMark());
  });

  linux("shows that this process runs", () => {
    expect(isMarkRunning(ownMark())).toBe(true);
  });

  linux("shows that one has ended, also while its number is in use again", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const [machine, , start] = ownMark().split("-");
    expect(isMarkRunning([machine, pid, start].join("-"))).toBe(false);
    expect(isMarkRunning([machine, process.pid, Number(start) - 1].join("-"))).toBe(false);
  });

  test("of another machine, of none and of what is no mark, shows nothing", () => {
    const [, pid, start] = ownMark().split("-");
    expect(isMarkRunning(["0123456789abcdef", pid, start].join("-"))).toBeUndefined();
    expect(isMarkRunning(["0", pid, start].join("-"))).toBeUndefined();
    for (const text of ["", "..", "x-1-2", `${"0".repeat(16)}-1`])
      expect(isMarkRunning(text)).toBeUndefined();
  });
});
