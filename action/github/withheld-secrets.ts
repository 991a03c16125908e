// Why GitHub gives a run no secrets: a pull request from a fork, or one of Dependabot's events. Pure.
// (GitHub's "Using secrets in GitHub Actions", "Events that trigger workflows" and "Dependabot on GitHub Actions".)
import { isRecord } from "../../src/json";

/** `pull_request_target` is not here: it runs in the base repository, with its secrets. */
const PULL_REQUEST_EVENTS: ReadonlySet<string> = new Set([
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
]);

const DEPENDABOT = "dependabot[bot]";
const DEPENDABOT_EVENTS: ReadonlySet<string> = new Set([
  ...PULL_REQUEST_EVENTS,
  "create",
  "deployment",
  "deployment_status",
  "push",
]);

export type Withheld = "fork" | "dependabot";

interface StartedBy {
  /** `GITHUB_EVENT_NAME`. */
  readonly event: string;
  /** `GITHUB_ACTOR`. */
  readonly actor: string;
  readonly payload: unknown;
}

/** Undefined where GitHub withholds none. */
export function withheldFrom({ event, actor, payload }: StartedBy): Withheld | undefined {
  if (actor === DEPENDABOT && DEPENDABOT_EVENTS.has(event)) return "dependabot";
  if (!PULL_REQUEST_EVENTS.has(event)) return undefined;
  const { pull_request: pullRequest } = asObject(payload);
  const { head, base } = asObject(pullRequest);
  const into = repositoryOf(base);
  // The head of a pull request whose fork was deleted has no repository.
  return into !== undefined && into !== repositoryOf(head) ? "fork" : undefined;
}

function repositoryOf(branch: unknown): unknown {
  return asObject(asObject(branch)["repo"])["full_name"];
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
