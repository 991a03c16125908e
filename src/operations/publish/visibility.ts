// What is known of the visibility that an uploaded dataset may have: sources disagree (docs/api.md), and the server says it only
// at the confirm, with all files sent. So it is said before. Knows nothing of who says it.

/** Once it was refused. */
export const VISIBILITY_HINT =
  "Avala may want an uploaded dataset to be private at first: make it private, and publish it in the dashboard.";

interface Sibling {
  readonly visibility?: string | undefined;
}

/**
 * What to say before the first byte of a dataset that is to be made. Nothing where the set has one of that visibility already:
 * then Avala accepts it.
 */
export function visibilityWarning(
  visibility: string | undefined,
  siblings: readonly Sibling[] = [],
): string | undefined {
  if (visibility === undefined || visibility === "private") return undefined;
  if (siblings.some((one) => one.visibility === visibility)) return undefined;
  return `Avala may refuse visibility: ${visibility} for uploaded files, and only after all of them are sent. To be safe, leave it private, and publish the dataset in the dashboard.`;
}
