// The one file of the core that reads the environment. Decides nothing: `connect` judges what comes out.
import { join } from "node:path";
import type { ConnectOptions } from "./api/connect";
import type { InputProblem } from "./errors";
import { homeFolder, withHome } from "./home-path";
import { isNear } from "./near-name";
import { anObject, aText, maybe, optionsOf, refuse, aTextList, type Shape } from "./shapes";
import { shown } from "./text";

export interface GivenConfig {
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** A list, or text with one host a line or between commas. */
  readonly allowStorageHosts?: string | readonly string[] | undefined;
  readonly organizationUid?: string | undefined;
  /** The slug, where the API takes that: for storage configs. */
  readonly organization?: string | undefined;
}

export type Config = Pick<
  ConnectOptions,
  "apiKey" | "baseUrl" | "allowInsecureBaseUrl" | "allowStorageHosts" | "proxy"
> &
  Pick<GivenConfig, "organizationUid" | "organization">;

const hosts: Shape<string | readonly string[]> = (input, value) =>
  typeof value === "string" ? [] : aTextList(input, value);

const GIVEN_CONFIG = optionsOf<GivenConfig>({
  apiKey: maybe(aText),
  baseUrl: maybe(aText),
  allowStorageHosts: maybe(hosts),
  organizationUid: maybe(aText),
  organization: maybe(aText),
});

/** What is given goes before what the environment says; empty text counts as not given. */
export function readConfig(
  given: GivenConfig,
  environment: NodeJS.ProcessEnv = process.env,
): Config {
  refuse(GIVEN_CONFIG("given", given), anObject("environment", environment));
  const value = (name: string): string | undefined => filled(environment[name]);
  const either = (name: string): string | undefined => value(name.toLowerCase()) ?? value(name);
  const ownHosts = listOf(given.allowStorageHosts);
  return {
    apiKey: filled(given.apiKey) ?? value("AVALA_API_KEY") ?? "",
    baseUrl: filled(given.baseUrl) ?? value("AVALA_BASE_URL"),
    allowInsecureBaseUrl: value("AVALA_ALLOW_INSECURE_BASE_URL")?.toLowerCase() === "true",
    allowStorageHosts: ownHosts.length > 0 ? ownHosts : listOf(value("AVALA_ALLOW_STORAGE_HOSTS")),
    organizationUid: filled(given.organizationUid) ?? value("AVALA_ORGANIZATION_UID"),
    organization: filled(given.organization) ?? value("AVALA_ORGANIZATION"),
    proxy: {
      httpProxy: either("HTTP_PROXY"),
      httpsProxy: either("HTTPS_PROXY"),
      noProxy: either("NO_PROXY"),
    },
  };
}

function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  const parts = typeof value === "string" ? value.split(/[\n,]/) : (value ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

// What CI systems set; most set the first (Azure Pipelines, Jenkins, TeamCity and AWS CodeBuild don't).
const CI_VARIABLES = ["CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID"];

/** Whether what is shown ends up in a log. */
export function isInCi(environment: NodeJS.ProcessEnv = process.env): boolean {
  const value = (name: string): string => filled(environment[name])?.toLowerCase() ?? "false";
  return CI_VARIABLES.some((name) => value(name) !== "false" && value(name) !== "0");
}

/** Of a run that has no {@link stateDirectory}. */
export const NO_STATE_FOLDER =
  "This user has no home folder, so no record is kept of what has landed; if this run is interrupted, the next one will upload these files again. Set AVALA_STATE_DIR to a folder that can be written, or set HOME.";

/**
 * Where journals are kept: `AVALA_STATE_DIR`, else the folder that the system has for state. `undefined`: neither, as the user
 * has no home.
 */
export function stateDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  refuse(anObject("environment", environment), aText("platform", platform));
  const own = filled(environment["AVALA_STATE_DIR"]);
  const ownHome = filled(environment["HOME"]);
  if (own !== undefined) return withHome(own, ownHome);
  const home = ownHome ?? homeFolder();
  const inHome = (...names: readonly string[]): string | undefined =>
    home === undefined ? undefined : join(home, ...names);
  const state = stateOf(environment, platform, inHome);
  return state === undefined ? undefined : join(state, "avala");
}

function stateOf(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  inHome: (...names: readonly string[]) => string | undefined,
): string | undefined {
  if (platform === "win32")
    return filled(environment["LOCALAPPDATA"]) ?? inHome("AppData", "Local");
  if (platform === "darwin") return inHome("Library", "Application Support");
  return filled(environment["XDG_STATE_HOME"]) ?? inHome(".local", "state");
}

const ON = ["on", "true", "yes", "1"];
const OFF = ["off", "false", "no", "0"];

function hashCacheWord(environment: NodeJS.ProcessEnv): string {
  return filled(environment["AVALA_HASH_CACHE"])?.toLowerCase() ?? "on";
}

/** What is wrong with `AVALA_HASH_CACHE`, if anything: a slip in `off` must not leave the cache on. */
export function problemWithHashCache(
  environment: NodeJS.ProcessEnv = process.env,
): InputProblem | undefined {
  const word = hashCacheWord(environment);
  if (ON.includes(word) || OFF.includes(word)) return undefined;
  const near = ["on", "off"].find((one) => isNear(word, one));
  const meant = near === undefined ? "" : `Did you mean ${near}? `;
  const values = `Use ${OFF.join(", ")} to turn the cache off, and ${ON.join(", ")} to turn it on`;
  const text = `has the value ${shown(word)}, which means neither on nor off. ${meant}${values}`;
  return { input: "AVALA_HASH_CACHE", text };
}

/** Where the digests of files are kept from one run to the next: beside the journals; `undefined`: nowhere. */
export function digestCacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const isOn = ON.includes(hashCacheWord(environment));
  const state = isOn ? stateDirectory(environment, platform) : undefined;
  return state === undefined ? undefined : join(state, "digests");
}
