// The inputs about a commit status.
import { mustBe } from "../../src/wrong-value";
import type { ActionEnvironment } from "../environment";
import { commitOfEvent, isFullSha } from "../github/event-commit";
import type { ExportInputs } from "./export";
import type { Reader } from "./values";

export interface StatusInputs {
  readonly context: string;
  readonly token: string;
  /** The full sha of the commit that gets it. */
  readonly sha: string;
  /** GitHub takes 1,000 statuses of one name on a commit: a schedule that looks for weeks must not use them up. */
  readonly keepsSame: boolean;
}

/** Undefined when no status is asked for. */
export function readStatus(
  reader: Reader,
  exporting: ExportInputs | undefined,
  environment: Pick<ActionEnvironment, "env" | "readEvent">,
): StatusInputs | undefined {
  const context = reader.text("status-context");
  const given = reader.text("status-sha");
  if (given !== undefined && !isFullSha(given)) {
    reader.refuse("status-sha", mustBe("a full commit sha, 40 hex digits", given));
  }
  if (context === undefined) return undefined;
  const token = reader.text("github-token");
  if (token === undefined) {
    const text =
      "is empty, and status-context needs it; remove the line github-token to use the job's own token";
    reader.refuse("github-token", text);
  }
  if (exporting?.isAwaited === false) {
    reader.refuse(
      "status-context",
      "reports how an export ended, so wait-for-export can't be false",
    );
  }
  const sha = given ?? shaOfEvent(reader, environment);
  return { context, token: token ?? "", sha, keepsSame: given !== undefined };
}

function shaOfEvent(
  reader: Reader,
  { env, readEvent }: Pick<ActionEnvironment, "env" | "readEvent">,
): string {
  const found = commitOfEvent({
    name: env.GITHUB_EVENT_NAME ?? "",
    sha: env.GITHUB_SHA ?? "",
    payload: readEvent(),
  });
  if ("sha" in found) return found.sha;
  reader.refuse("status-context", found.problem);
  return "";
}
