// A log that can't be written, and the run that goes on.
import { EventEmitter } from "node:events";
import { closeSync, openSync, writeSync } from "node:fs";
import { envFileError, requireEnvFile } from "../../action/github/env-file";
import { steadyStream } from "../../action/github/steady-stream";
import { thrownBy } from "../support/thrown";

const refusal = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

test("a pipe that breaks later ends nothing, and its first reason is kept", () => {
  const stream = new EventEmitter();
  const steady = steadyStream(stream);
  expect(steady.trouble()).toBeUndefined();
  stream.emit("error", refusal("EPIPE"));
  stream.emit("error", refusal("ENOSPC"));
  expect(steady.trouble()).toContain("EPIPE");
});

test("a file that refuses at once ends nothing, and a mistake of ours is one", () => {
  const steady = steadyStream(new EventEmitter());
  steady.write(() => {
    throw refusal("ENOSPC");
  });
  expect(steady.trouble()).toContain("ENOSPC");
  expect(() =>
    steady.write(() => {
      throw new TypeError("ours");
    }),
  ).toThrow(TypeError);
});

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux("what a real full disk says names the runner's file and what to do", () => {
  const full = openSync("/dev/full", "w");
  try {
    writeSync(full, "x");
    throw new Error("unreachable");
  } catch (error) {
    const ours = envFileError("GITHUB_OUTPUT", "/runner/output", error);
    expect(ours).toMatchObject({ code: "file" });
    expect(String(ours)).toContain("GITHUB_OUTPUT (/runner/output) can't be written: ENOSPC");
    expect(ours).toHaveProperty("hint", expect.stringContaining("Free space"));
  } finally {
    closeSync(full);
  }
});

test("a file that is missing is no bug of the Action's", () => {
  const ours = envFileError("GITHUB_OUTPUT", "/gone", new Error("Missing file at path: /gone"));
  expect(ours).toMatchObject({ code: "file" });
  expect(thrownBy(() => requireEnvFile("GITHUB_OUTPUT", undefined)).code).toBe("file");
});
