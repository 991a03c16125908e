// GitHub's API as far as the examples call it: pull requests, tags, commit statuses, dispatches. It keeps what was sent.
import { json, replyServer, type Heard, type ReplyServer } from "./reply-server";

interface StatusSent {
  readonly sha: string;
  readonly context: string;
  readonly state: string;
}

interface Repository {
  /** The heads of the open pull requests. */
  readonly heads?: readonly string[];
  /** Tags and their commits, in the order in which GitHub would list them. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Commits whose gate is open already. */
  readonly open?: readonly string[];
}

export interface FakeGitHub extends Pick<ReplyServer, "origin" | "stop"> {
  /** From now on the repository is so, and nothing was sent to it. */
  reset(repository: Repository): void;
  statuses(): readonly StatusSent[];
  /** The bodies of dispatches. */
  dispatches(): readonly unknown[];
}

const STATUS = /^\/repos\/me\/pets\/statuses\/([0-9a-f]{40})$/;

export async function startFakeGitHub(context: string): Promise<FakeGitHub> {
  let repository: Repository = {};
  let skipped = 0;
  const server = await replyServer((request, response) => {
    const reply = answer(request, repository, context);
    json(response, reply.status, reply.body);
  });
  const sent = (): readonly Heard[] =>
    server.heard.slice(skipped).filter(({ method }) => method === "POST");
  return {
    origin: server.origin,
    stop: () => server.stop(),
    reset(next) {
      repository = next;
      skipped = server.heard.length;
    },
    statuses: () =>
      sent().flatMap(({ url, body }) => {
        const [, sha] = STATUS.exec(url) ?? [];
        return sha === undefined ? [] : [{ sha, ...contextAndState(body) }];
      }),
    dispatches: () =>
      sent()
        .filter(({ url }) => url === "/repos/me/pets/dispatches")
        .map(({ body }) => JSON.parse(body.toString()) as unknown),
  };
}

function contextAndState(body: Buffer): Pick<StatusSent, "context" | "state"> {
  const { context, state } = JSON.parse(body.toString()) as Omit<StatusSent, "sha">;
  return { context, state };
}

function answer(
  { method, url }: Heard,
  { heads = [], tags = {}, open = [] }: Repository,
  context: string,
): { readonly status: number; readonly body: unknown } {
  if (method === "POST") return { status: url.endsWith("/dispatches") ? 204 : 201, body: {} };
  const [path = ""] = url.split("?");
  if (path === "/repos/me/pets/pulls") {
    return { status: 200, body: heads.map((sha) => ({ head: { sha } })) };
  }
  if (path === "/repos/me/pets/tags") {
    const rows = Object.entries(tags).map(([name, sha]) => ({ name, commit: { sha } }));
    return { status: 200, body: rows };
  }
  const [, sha = ""] = /\/commits\/([0-9a-f]{40})\/status$/.exec(path) ?? [];
  if (sha === "") return { status: 404, body: { message: "Not Found" } };
  const others = { context: "ci", state: "success" };
  const own = open.includes(sha) ? [{ context, state: "success" }] : [];
  return { status: 200, body: { state: "pending", statuses: [others, ...own] } };
}
