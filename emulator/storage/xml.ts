// As much XML as S3's requests and replies need: flat elements by name. No attributes, no nesting of one name in itself.
// By hand: fast-xml-parser would bring six more packages into every installation of ours, for elements of one level.

export function readAll(text: string, name: string): readonly string[] {
  const found: string[] = [];
  for (const match of text.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, "g")))
    found.push(match[1] ?? "");
  return found;
}

/** The text of the first element of that name; undefined when there is none or it is empty. */
export function readOne(text: string, name: string): string | undefined {
  const [first] = readAll(text, name);
  return first === undefined || first === "" ? undefined : unescapeXml(first);
}

export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function unescapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    amp: "&",
    "#34": '"',
    "#39": "'",
  };
  return text.replace(/&([a-z]+|#\d+);/g, (whole, name: string) => names[name] ?? whole);
}
