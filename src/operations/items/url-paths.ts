// The paths of items by where their files are stored, for items whose keys say nothing of it. Files are sent to
// `<root>/<name of the dataset>/<path>` (docs/api.md, "Uploading files"). Pure.

function pathIn(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
}

/**
 * The path of each item, in its place, where the URLs of all of them are those of all the files, each once, under one folder
 * with the dataset's name; else `undefined`.
 */
export function pathsByUrl(
  files: Pick<ReadonlyMap<string, unknown>, "has" | "keys" | "size">,
  urls: readonly (string | undefined)[],
  datasetName: string,
): readonly string[] | undefined {
  const places = urls.flatMap((url) => (url === undefined ? [] : (pathIn(url) ?? [])));
  const [first = ""] = places;
  if (places.length < urls.length || places.length !== files.size) return undefined;
  const lengthOf = (texts: Iterable<string>): number => {
    let length = 0;
    for (const text of texts) length += text.length;
    return length;
  };
  // Where all of them are in one folder, its name is what they are longer by.
  const folder = first.slice(0, (lengthOf(places) - lengthOf(files.keys())) / files.size);
  if (!folder.endsWith(`/${datasetName}/`)) return undefined;
  const paths = places.flatMap((place) =>
    place.startsWith(folder) ? place.slice(folder.length) : [],
  );
  const areFiles = paths.every((path) => files.has(path));
  return areFiles && new Set(paths).size === files.size ? paths : undefined;
}
