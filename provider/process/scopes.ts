// Which scopes of the key a job needs (docs/api.md, "Scopes"): a preview warns, and an `up` refuses before it sends anything, or
// warns where the sources disagree.
// The handlers say which; here is what becomes of it. Advice only: where the server says nothing of the key, nothing is said.
import { adviseScopes, requireScopes, type ScopeAdvice } from "../../src/api/endpoints/permissions";
import type { Avala } from "../../src/api/connection";
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

/**
 * What the creation of a resource would end with, whatever its files are. Says nothing: a preview warns of scopes later.
 * @throws AvalaError `authentication`, `cancelled`; in an `up` also `permission`
 */
export async function refuseEarly(
  avala: Avala,
  { kind, wanted, isPreview }: { kind: ResourceKind; wanted: Scopes; isPreview: boolean },
): Promise<void> {
  const job = `create ${NAMES[kind]}`;
  await (isPreview ? adviseScopes(avala, wanted, job) : requireScopes(avala, wanted, job));
}

type Job = keyof Needs<never, never>;

const uploadScopes: Scopes = ["datasets.read", "datasets.write"];

/** Whose a dataset is shows by the organization's name, and a program gives its uid. */
export function uploadScopesFor({
  organizationUid,
}: {
  readonly organizationUid?: string | undefined;
}): Scopes {
  return (organizationUid ?? "") === "" ? uploadScopes : [...uploadScopes, "organizations.read"];
}

/** As programs name them. */
const NAMES: Readonly<Record<ResourceKind, string>> = {
  fileSet: "a FileSet",
  dataset: "a Dataset",
  growingDataset: "a GrowingDataset",
  export: "an Export",
  storageConfig: "a StorageConfig",
  webhook: "a Webhook",
  qualityTarget: "a QualityTarget",
};

export interface ScopeGuard {
  /** Warns once a job, however many resources it is for. @throws AvalaError `authentication`, `cancelled` */
  preview(job: Job, wanted: Scopes, call: Call): Promise<void>;
  /** Warns where the sources disagree. @throws AvalaError `permission` with all that is missing; `authentication`, `cancelled` */
  require(job: Job, wanted: Scopes, call: Call): Promise<void>;
}

export function createScopeGuard(kind: ResourceKind, session: Session): ScopeGuard {
  const warned = new Set<string>();
  const nameOf = (job: Job): string => `${job} ${NAMES[kind]}`;
  const warn = async (text: string, hint: string, call: Call): Promise<void> => {
    if (warned.has(text)) return;
    warned.add(text);
    await session.messages(call).warn(`${text}\n${hint}`);
  };
  return {
    preview: async (job, wanted, call) => {
      const avala = session.avalaIfConfigured(call);
      if (avala === undefined) return;
      const advice = await adviseScopes(avala, wanted, nameOf(job));
      if (advice !== undefined) await warn(previewText(advice), advice.hint, call);
    },
    require: async (job, wanted, call) => {
      if (wanted.length === 0) return;
      const advice = await requireScopes(session.avala(call), wanted, nameOf(job));
      if (advice !== undefined) await warn(advice.text, advice.hint, call);
    },
  };
}

function previewText({ kind, text }: ScopeAdvice): string {
  return kind === "refused" ? `up will fail: ${text}` : text;
}
