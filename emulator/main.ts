#!/usr/bin/env node
// `avala-emulator`: flags in, a running emulator, a clean end on a signal. No behaviour.
import { readFile } from "node:fs/promises";
import type { CommandLine } from "./cli";
import { HELP, parseCommandLine, UsageError } from "./cli";
import { readDialect } from "./dialect/dialect";
import type { Emulator } from "./emulator";
import { startEmulator } from "./emulator";
import type { Fault } from "./http/faults";
import type { EmulatorOptions } from "./options";
import { readFaults } from "./http/read-faults";

async function run(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2), process.env);
  if (command.wantsHelp) {
    process.stdout.write(HELP);
    return;
  }
  const faults = await loadFaults(command.faultsFile);
  const dialect = await loadDialect(command);
  const emulator = await startEmulator({
    ...command.options,
    ...(dialect === undefined ? {} : { dialect }),
  });
  emulator.setFault(...faults);
  const stop = (): void => {
    void emulator.stop().then(() => {
      process.exitCode = 0;
    });
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  // Last, for whoever reads this may end the program at once.
  process.stdout.write(command.isJson ? describeJson(emulator) : describe(emulator, command));
}

async function loadFaults(file: string | undefined): Promise<readonly Fault[]> {
  if (file === undefined) return [];
  try {
    return readFaults(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new UsageError([`--faults ${file} can't be read: ${(error as Error).message}`]);
  }
}

async function loadDialect(command: CommandLine): Promise<EmulatorOptions["dialect"]> {
  const { dialectFile: file, options } = command;
  if (file === undefined) return options.dialect;
  try {
    return { ...readDialect(JSON.parse(await readFile(file, "utf8"))), ...options.dialect };
  } catch (error) {
    const text = `--dialect ${file} can't be read: ${(error as Error).message}`;
    const isSwitch = /^\w+=\w+$/.test(file);
    throw new UsageError([isSwitch ? `${text}. For one switch use --switch ${file}` : text]);
  }
}

function describeJson({ baseUrl, storageUrl, apiKey }: Emulator): string {
  return `${JSON.stringify({ baseUrl, storageUrl, apiKey })}\n`;
}

function describe(emulator: Emulator, { options }: CommandLine): string {
  const { baseUrl, storageUrl, apiKey } = emulator;
  const projects = emulator.projects().map(({ name, uid }) => `\n  project  ${uid} (${name})`);
  return `A local Avala is running; Ctrl-C stops it.

  API      ${baseUrl}
  storage  ${storageUrl}
  data     ${options.dataDir ?? "in memory (--data DIR keeps it)"}${projects.join("")}

In another shell:
  export AVALA_BASE_URL=${baseUrl} AVALA_API_KEY=${apiKey} AVALA_ALLOW_INSECURE_BASE_URL=true AVALA_ALLOW_STORAGE_HOSTS=${new URL(storageUrl).host}
`;
}

/** With what to do, where the system's words do not say it. */
function describeFailure(error: NodeJS.ErrnoException & { readonly port?: number }): string {
  if (error.code !== "EADDRINUSE") return error.message;
  return `Port ${String(error.port)} is in use by another process: stop that one, or choose other ports with --port and --storage-port (0, the default, picks a free one).`;
}

run().catch((error: unknown) => {
  const problems = error instanceof UsageError ? error.problems : [describeFailure(error as Error)];
  for (const problem of problems) process.stderr.write(`avala-emulator: ${problem}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
