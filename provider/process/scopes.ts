// Which scopes of the key a job needs (docs/api.md, "Scopes"): a preview warns, and an `up` refuses before it sends anything.
// The handlers say which; here is what becomes of it. Advice only: where the server says nothing of the key, nothing is said.
import { requireScopes, scopesLackedFor } from "../../src/api/endpoints/permissions";
import type { Scope } from "../../src/api/scopes";
import type { ResourceKind } from "../loader";
import type { Call } from "./calls";
import type { Session } from "./session";

type Scopes = readonly Scope[];

/** What each job needs, by what it is given. */
export interface Needs<Inputs, Outputs> {
  create(inputs: Inputs): Scopes;
  update(olds: Outputs, news: Inputs): Scopes;
  readonly delete: Scopes;
}

export type Job = keyof Needs<never, never>;

export const uploadScopes: Scopes = ["datasets.read", "datasets.write"];

/** As programs name them. */
const NAMES: Readonly<Record<ResourceKind, string>> = {
  fileSet: "a FileSet",
  dataset: "a Dataset",
  export: "an Export",
  storageConfig: "a StorageConfig",
  webhook: "a Webhook",
};

export interface ScopeGuard {
  /** Warns once a job, however many resources it is for. @throws AvalaError `authentication`, `cancelled` */
  preview(job: Job, wanted: Scopes, call: Call): Promise<void>;
  /** @throws AvalaError `permission` with all that is missing; `authentication`, `cancelled` */
  require(job: Job, wanted: Scopes, call: Call): Promise<void>;
}

export function createScopeGuard(kind: ResourceKind, session: Session): ScopeGuard {
  const warned = new Set<string>();
  const nameOf = (job: Job): string => `${job} ${NAMES[kind]}`;
  return {
    preview: async (job, wanted, call) => {
      const avala = session.avalaIfConfigured(call);
      if (avala === undefined) return;
      const lacked = await scopesLackedFor(avala, wanted, nameOf(job));
      if (lacked === undefined || warned.has(lacked.text)) return;
      warned.add(lacked.text);
      await session.messages(call).warn(`up will fail: ${lacked.text}\n${lacked.hint}`);
    },
    require: async (job, wanted, call) => {
      if (wanted.length === 0) return;
      await requireScopes(session.avala(call), wanted, nameOf(job));
    },
  };
}
