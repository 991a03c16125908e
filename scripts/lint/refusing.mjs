// A rule that refuses what selectors find.
// @ts-check

/**
 * @param {Readonly<Record<string, string>>} refused a selector → why what it finds is not wanted
 * @returns {import("@oxlint/plugins").Rule}
 */
export const refusing = (refused) => ({
  createOnce: ({ report }) =>
    Object.fromEntries(
      Object.entries(refused).map(([selector, message]) => [
        selector,
        (/** @type {import("@oxlint/plugins").Node} */ node) => report({ node, message }),
      ]),
    ),
});
