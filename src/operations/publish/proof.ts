// What proves that a dataset's files are what was sent for it. One decision for versions, increments and fixed names:
// - a record of this machine: a run saw each file land with a reply that shows it, or has looked since at what lies there;
// - a look at the store;
// - the name's digest, only as long as no record and no look speaks against it, and never of a suspect.
// A suspect is a file of which no reply has shown that its store keeps it: only a look proves it. Pure.
import type { ContentRecord } from "./content-record";

export type Proof =
  | { readonly by: "record" }
  /** All files but the suspects. */
  | { readonly by: "name"; readonly suspects: ReadonlySet<string> }
  /** Only a look can prove any of them. */
  | { readonly by: "nothing" };

interface Evidence {
  /** Of the files that it should be made of. */
  readonly digest: string | undefined;
  /** Whether its name has that digest. */
  readonly isNamedByContent: boolean;
  readonly record: ContentRecord | undefined;
  /** By the journal of an upload that this machine has not ended. */
  readonly suspects: Iterable<string>;
}

export function proofOf({ digest, isNamedByContent, record, suspects }: Evidence): Proof {
  if (record === undefined)
    return isNamedByContent ? { by: "name", suspects: new Set(suspects) } : { by: "nothing" };
  if (record === "withdrawn" || digest === undefined || record.digest !== digest)
    return { by: "nothing" };
  if (record.isCompared) return { by: "record" };
  if (!isNamedByContent || record.suspects === undefined) return { by: "nothing" };
  return { by: "name", suspects: new Set(record.suspects) };
}

/** Whether it proves the file, as long as no look speaks against that. */
export function isProvenBy(proof: Proof, path: string): boolean {
  return proof.by === "record" || (proof.by === "name" && !proof.suspects.has(path));
}
