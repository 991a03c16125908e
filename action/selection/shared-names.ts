// Whether the datasets of one run can be distinguished by their slugs. Pure.
import type { InputProblem } from "../../src/errors";

interface Named {
  readonly folder: string;
  readonly name: string;
  readonly slug: string;
}

/** Slugs that are empty, or that two of the datasets would share. */
export function sharedNames(targets: readonly Named[]): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  const bySlug = new Map<string, Named>();
  for (const target of targets) {
    const { slug, name, folder } = target;
    const other = bySlug.get(slug);
    if (slug === "") {
      problems.push({
        input: "slug",
        text: `can't be made from the name ${JSON.stringify(name)}; set one`,
      });
    } else if (other !== undefined) {
      const text = `the folders ${other.folder} and ${folder} would both be the dataset ${slug}; rename one`;
      problems.push({ input: "slug", text });
    }
    bySlug.set(slug, target);
  }
  return problems;
}
