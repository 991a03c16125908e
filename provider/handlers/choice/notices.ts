// What the user should know of the chosen files themselves, whatever becomes of them.
import { NO_STATE_FOLDER } from "../../../src/config";
import { describeFaults, describeSentAnyway } from "../../../src/files/content/fault-counts";
import { describeLeftOut } from "../../../src/files/left-out";
import { because } from "../../../src/files/local-file";
import { counted, formatCount } from "../../../src/text";
import type { Call } from "../../process/calls";
import type { LocalSet } from "../../process/local-files";
import type { Session } from "../../process/session";

const MAX_NAMED = 20;

interface Noticed {
  readonly root: string;
  readonly folder?: string | undefined;
}

/** Lines of `include` that choose nothing while others do. Of one partition they tell nothing: it is a part of the root. */
function describeUnmatched({ set }: LocalSet, { root, folder }: Noticed): readonly string[] {
  if (folder !== undefined) return [];
  const lines = set.patterns.filter(({ matched }) => matched === 0);
  return lines.map((line) => `include: ${line.pattern} matches nothing in ${root}${because(line)}`);
}

export async function reportNotices(
  session: Session,
  call: Call,
  local: LocalSet,
  inputs: Noticed,
): Promise<void> {
  const { set } = local;
  const messages = session.messages(call);
  const notices = set.notices.map(({ path, text }) =>
    path === undefined ? text : `${path}: ${text}`,
  );
  const lines = [...describeUnmatched(local, inputs), ...notices];
  const rest = lines.length - MAX_NAMED;
  if (rest > 0) {
    const counts = describeFaults(set.contents, set.files.length);
    const contents = counts === "" ? "" : `; contents: ${counts}`;
    lines.splice(
      MAX_NAMED,
      rest,
      `and ${formatCount(rest)} more (the first ${MAX_NAMED} of ${formatCount(lines.length)}${contents})`,
    );
  }
  // With checkContent: "error" they are refused before.
  if (set.contents.length > 0)
    lines.push(describeSentAnyway(set.contents.length, 'checkContent: "error"'));
  if (session.stateDirectory() === undefined) lines.push(NO_STATE_FOLDER);
  if (lines.length > 0) await messages.warn(lines.join("\n"));
  if (set.hiddenLeftOut > 0) {
    await messages.info(
      `${counted(set.hiddenLeftOut, "hidden file")} left out (includeHidden: true includes them)`,
    );
  }
  const leftOut = describeLeftOut(set.leftOut);
  if (leftOut.length > 0)
    await messages.info(leftOut.map((line) => `left out: ${line}`).join("\n"));
}
