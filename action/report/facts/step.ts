// Which step of which run this is, and where people find it: what GitHub's variables say, as far as they are what they
// should be. Pure.
import type { ActionEnvironment } from "../../environment";
import { urlText } from "../server-text";

export interface Step {
  /** Its `id`, or which use of this Action in the job it is; undefined for the only use, or the first. */
  readonly name?: string | undefined;
  readonly job?: string | undefined;
  readonly run?: Link | undefined;
  readonly commit?: Link | undefined;
}

interface Link {
  readonly text: string;
  readonly url: string;
}

export function stepOf(env: ActionEnvironment["env"]): Step {
  return {
    name: nameOf(env.GITHUB_ACTION ?? ""),
    job: env.GITHUB_JOB || undefined,
    ...linksOf(env),
  };
}

/** GitHub names a step without an id `__owner_name`, and the second one of a job `__owner_name_2`. */
function nameOf(action: string): string | undefined {
  if (action === "") return undefined;
  if (!action.startsWith("__")) return action;
  const [, use] = /_(\d{1,4})$/.exec(action) ?? [];
  return use === undefined ? undefined : `use ${use} in this job`;
}

// As Git shows it. With all its digits it would be taken for a key and masked.
const SHA_CHARACTERS = 12;

function linksOf(env: ActionEnvironment["env"]): Pick<Step, "run" | "commit"> {
  const server = urlText(env.GITHUB_SERVER_URL).replace(/\/+$/, "");
  const { GITHUB_REPOSITORY: repository = "", GITHUB_RUN_ID: run = "" } = env;
  if (server === "" || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return {};
  const place = `${server}/${repository}`;
  const attempt = /^\d{1,6}$/.test(env.GITHUB_RUN_ATTEMPT ?? "") ? env.GITHUB_RUN_ATTEMPT : "1";
  const sha = (env.GITHUB_SHA ?? "").slice(0, SHA_CHARACTERS);
  return {
    run: /^\d{1,20}$/.test(run)
      ? { text: `run ${run}.${attempt}`, url: `${place}/actions/runs/${run}/attempts/${attempt}` }
      : undefined,
    commit: /^[0-9a-f]{12}$/.test(sha) ? { text: sha, url: `${place}/commit/${sha}` } : undefined,
  };
}
