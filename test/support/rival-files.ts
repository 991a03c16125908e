// Files of the same paths and sizes, and of other content for each who sends them.
import type { Content } from "./machines";
import type { UploadPlace } from "./upload-place";

interface Rival {
  readonly count: number;
  /** So many of the first files are the same whoever's they are. @default 0 */
  readonly shared?: number;
}

export function contentOf(whose: string, path: string): string {
  return `${whose} content of ${path}`;
}

/** `whose`: names of one length give files of one size. */
export function rivalFiles(
  place: UploadPlace,
  whose: string,
  { count, shared = 0 }: Rival,
): Promise<Content> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const path = `${String(index + 100)}.jpg`;
      const text = contentOf(index < shared ? "both" : whose, path);
      return { ...(await place.put(`${whose}-${path}`, Buffer.from(text))), path };
    }),
  );
}
