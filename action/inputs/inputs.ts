// action.yml's inputs as options, and everything that is wrong with them. Defaults are only in action.yml.
// Does no I/O but reading the inputs; knows nothing of what is done with them.
import { checkOptions } from "../../src/api/check-options";
import { problemWithHashCache, readConfig } from "../../src/config";
import { InputError, type InputProblem } from "../../src/errors";
import type { ActionEnvironment } from "../environment";
import { withheldFrom, type Withheld } from "../github/withheld-secrets";
import { rareLooks, readExport, type ExportInputs } from "./export";
import { unknownInputs } from "./names";
import { readStatus, type StatusInputs } from "./status";
import { readUpload, type UploadInputs } from "./upload";
import { EMPTY_HINT, refuseWithoutEffect } from "./effect";
import { createReader, MAX_MINUTES, MS_PER_MINUTE, readUid, type Reader } from "./values";

export interface Inputs {
  readonly connection: Connection;
  readonly upload?: UploadInputs | undefined;
  readonly export?: ExportInputs | undefined;
  readonly status?: StatusInputs | undefined;
  /** All waiting together. */
  readonly timeoutMs: number;
  readonly isDryRun: boolean;
  readonly hasSummary: boolean;
  /** What is odd and no mistake. */
  readonly notices: readonly string[];
}

interface Connection {
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly organizationUid?: string | undefined;
  readonly allowStorageHosts: readonly string[];
}

const MINUTES = { least: 0.01, most: MAX_MINUTES };

/** The API key as given, before anything is checked, so that it can be masked first. */
export function readApiKey(environment: ActionEnvironment): string | undefined {
  return environment.getInput("api-key") || environment.env.AVALA_API_KEY?.trim() || undefined;
}

/** What is wrong with what the inputs name on the disk. */
export interface NamedFiles {
  /** Nobody looks at it again before the files are read. */
  readonly refused: readonly InputProblem[];
  /** Seen again with the files, where nothing else is refused. */
  readonly beside: readonly InputProblem[];
}

/** What is refused. */
export interface Refused {
  readonly problems: readonly InputProblem[];
  /** Of names and of what the inputs name: seen again with the files, where these can be listed. */
  readonly beside: readonly InputProblem[];
}

/** The inputs, and what is refused of them; where something is, other values stand in for those that can't be used. */
interface Given {
  readonly inputs: Inputs;
  readonly refused: Refused | undefined;
}

export function readGiven(
  environment: ActionEnvironment,
  lookAt: (upload: UploadInputs, workspace: string) => NamedFiles,
): Given {
  const reader = createReader((name) => environment.getInput(name));
  const unknown = unknownInputs(environment.env);
  refuseNames(reader, unknown.problems, environment);
  const isDryRun = reader.flag("dry-run");
  const upload = readUpload(reader);
  const exporting = readExport(reader, upload !== undefined);
  if (upload?.waitForDataset === false) refuseUnwaited(reader, exporting);
  const timeoutMs = (reader.number("timeout-minutes", MINUTES) ?? 0) * MS_PER_MINUTE;
  const inputs: Inputs = {
    connection: {
      apiKey: readApiKey(environment),
      baseUrl: reader.text("base-url"),
      organizationUid: readUid(reader, "organization"),
      allowStorageHosts: reader.lines("allow-storage-hosts"),
    },
    upload,
    export: exporting,
    status: readStatus(reader, exporting, environment),
    timeoutMs,
    isDryRun,
    hasSummary: reader.flag("summary"),
    notices: [...unknown.notices, ...rareLooks(exporting, timeoutMs)],
  };
  if (inputs.connection.apiKey === undefined && !isDryRun)
    refuseWithheld(reader, environment, upload !== undefined);
  refuseConnection(reader, inputs, environment);
  refuseWithoutEffect(reader, {
    upload,
    export: exporting && {
      isExisting: exporting.source.kind === "existing",
      isAwaited: exporting.isAwaited,
      hasProjects: exporting.source.kind === "new" && exporting.source.projects.length > 0,
    },
    hasDownload: exporting?.downloadPath !== undefined,
    hasStatus: inputs.status !== undefined,
  });
  if (upload === undefined && exporting === undefined && reader.problems.length === 0) {
    reader.refuse(
      "files",
      `there is nothing to do; set files and dataset, or an export to make or wait for. ${EMPTY_HINT}`,
    );
  }
  const named = upload === undefined ? NO_FILES : lookAt(upload, environment.workspace);
  return { inputs, refused: refusedOf(reader.problems, named, upload?.nameProblems ?? []) };
}

/** If only names are wrong, or what is beside, the files are checked too. */
function refusedOf(
  problems: readonly InputProblem[],
  named: NamedFiles,
  nameProblems: readonly InputProblem[],
): Refused | undefined {
  const refused = [...problems, ...named.refused];
  if (refused.length === 0) return undefined;
  const areLinesRefused = problems.some(({ input }) => /^files( |$)/.test(input));
  const beside = named.beside.filter(
    ({ input }) => !areLinesRefused || !/^(?:include|exclude)( |$)/.test(input),
  );
  return { problems: refused, beside: [...nameProblems, ...beside] };
}

function refuseNames(
  reader: Reader,
  unknown: readonly InputProblem[],
  { env }: ActionEnvironment,
): void {
  const cacheProblem = problemWithHashCache(env);
  const problems = cacheProblem === undefined ? unknown : [...unknown, cacheProblem];
  for (const { input, text } of problems) reader.refuse(input, text);
}

const NO_FILES: NamedFiles = { refused: [], beside: [] };

const ANY_KEY = "-";

/** What the connection would refuse. A dry run needs no key, and one that GitHub withholds is refused already. */
function refuseConnection(
  reader: Reader,
  { connection, isDryRun }: Pick<Inputs, "connection" | "isDryRun">,
  { env }: ActionEnvironment,
): void {
  const config = readConfig(connection, env);
  const mayLack = isDryRun || reader.problems.some(({ input }) => input === "api-key");
  try {
    checkOptions({ ...config, apiKey: config.apiKey || (mayLack ? ANY_KEY : "") });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { input, text } of error.problems)
      reader.refuse(input, config.apiKey || input !== "api key" ? text : `${text}. ${NO_SECRET}`);
  }
}

// The usual cause: an expression of a secret that is not there is empty.
const NO_SECRET =
  "In a workflow, an empty key usually means that the secret does not exist here: check its name, and whether this repository or environment has it. Pull requests from forks and runs of Dependabot get no secrets (dry-run: true needs no key)";

const WITHHELD: Readonly<Record<Withheld, string>> = {
  fork: "is missing: GitHub gives no secrets to a pull request from a fork",
  dependabot:
    "is missing: a run that Dependabot started gets only the secrets that are saved for Dependabot",
};

/** Where GitHub withholds the key, asking for it would send people looking for a mistake that they did not make. */
function refuseWithheld(reader: Reader, environment: ActionEnvironment, isUpload: boolean): void {
  const { GITHUB_EVENT_NAME: event = "", GITHUB_ACTOR: actor = "" } = environment.env;
  const withheld = withheldFrom({ event, actor, payload: environment.readEvent() });
  if (withheld === undefined) return;
  const wayOut = isUpload
    ? "set dry-run: true for it, to show what would be sent"
    : "skip the step for it, and check the gate in a merge queue or on a schedule";
  reader.refuse("api-key", `${WITHHELD[withheld]}; ${wayOut}`);
}

/** What was not waited for was not compared, and opens no gate. */
function refuseUnwaited(reader: Reader, exporting: ExportInputs | undefined): void {
  const { source } = exporting ?? {};
  const text = "can't be false here: the dataset must be made and compared before";
  if (source?.kind === "new" && source.hasUploaded)
    reader.refuse("wait-for-dataset", `${text} it is exported (export-datasets: uploaded)`);
  if (reader.text("status-context") !== undefined)
    reader.refuse("wait-for-dataset", `${text} a commit status says so (status-context)`);
}
