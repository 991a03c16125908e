// Whether a folder in a URL is a declared one, as it is or in a server's spelling of it. Pure.
import { groupBy } from "../../group-by";

type Paths = Pick<ReadonlyMap<string, unknown>, "has" | "keys">;

export interface DeclaredFolders {
  /** Whether a declared file lies in the folder of this path, which is not the top. */
  readonly hasFolderOf: (path: string) => boolean;
  /** Whether the path, or a folder of it, may be another spelling of a declared one. */
  readonly isRespelt: (path: string) => boolean;
}

/** `a/b/` of `a/b/x.jpg` */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Letters and digits without marks: `Träin Set` and `train-set` have the same. */
function lettersOf(folder: string): string {
  const plain = decoded(folder).normalize("NFKD").toLowerCase();
  return plain.replace(/[^\p{L}\p{N}/]/gu, "");
}

/** What a server leaves that keeps only ASCII: `Träin` may be `Tr_in` there. */
function asciiOf(folder: string): string {
  return folder
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^a-z0-9/]/g, "");
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** `a/`, `a/b/` of `a/b/` */
function foldersAbove(folder: string): readonly string[] {
  return [...folder.matchAll(/\//g)].map(({ index }) => folder.slice(0, index + 1));
}

export function createDeclaredFolders(files: Paths): DeclaredFolders {
  const own = new Set<string>();
  for (const path of files.keys()) own.add(folderOf(path));
  own.delete("");
  const all = new Set([...own].flatMap(foldersAbove));
  const byLetters = groupBy(all, lettersOf);
  const marked = [...all].filter((folder) => !isAscii(folder));
  const byAscii = groupBy(marked, asciiOf);
  const likeOf = (folder: string): readonly string[] => [
    ...(byLetters.get(lettersOf(folder)) ?? []),
    ...(isAscii(folder) ? (byAscii.get(asciiOf(folder)) ?? []) : []),
  ];
  return {
    hasFolderOf: (path) => own.has(folderOf(path)),
    isRespelt: (path) => {
      const folder = folderOf(path);
      const name = path.slice(folder.length);
      const isOther = (one: string): boolean => one !== folder && files.has(one + name);
      return (
        foldersAbove(folder).some((above) => !all.has(above) && likeOf(above).length > 0) ||
        likeOf(folder).some(isOther)
      );
    },
  };
}
