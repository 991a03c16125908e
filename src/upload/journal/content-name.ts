// Whether a dataset's name is made of its content, so that no other content can ever lie under it. Asked of the files
// and not of the caller: a flag could be wrong, and then what lies under the name would be.
import { createManifest, type ManifestEntry } from "../../files/manifest/manifest";
import { shortDigest } from "../../files/manifest/dataset-name";

/** A name, and the files under it. */
export interface NamedContent {
  readonly datasetName: string;
  readonly files: readonly {
    readonly path: string;
    readonly sizeBytes: number;
    readonly sha256?: string | undefined;
  }[];
  /** Of the whole set, where `files` are some of it. @default made of `files`, where each has its sha256 */
  readonly digest?: string | undefined;
}

/** `undefined` while the digest of a file is not known. */
export function digestOfContent({ files, digest }: NamedContent): string | undefined {
  if (digest !== undefined) return digest;
  const entries = files.filter((file): file is ManifestEntry => file.sha256 !== undefined);
  return entries.length < files.length ? undefined : createManifest(entries).digest;
}

export function isNamedByContent(content: NamedContent): boolean {
  const digest = digestOfContent(content);
  return digest !== undefined && digest !== "" && content.datasetName.includes(shortDigest(digest));
}
