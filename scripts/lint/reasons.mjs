// A rule is switched off by its name, for a reason, and on again. That it had something to say there is for the linter to check.
// @ts-check

/** @typedef {ReturnType<import("@oxlint/plugins").SourceCode["getDisableDirectives"]>["directives"][number]} Directive */

/** @param {readonly Directive[]} directives @returns {{ directive: Directive, message: string }[]} */
function faultsOf(directives) {
  /** @type {{ directive: Directive, message: string }[]} */
  const faults = [];
  /** @type {Map<string, Directive>} */
  const off = new Map();
  for (const directive of directives) {
    const { type, value, justification } = directive;
    if (value === "") faults.push({ directive, message: "Name the rules." });
    if (justification === "") faults.push({ directive, message: "Say why, after `--`." });
    for (const rule of value.split(",").map((name) => name.trim())) {
      if (type === "enable") off.delete(rule);
      else if (off.has(rule)) faults.push({ directive, message: `${rule} is off already.` });
      else if (type === "disable") off.set(rule, directive);
    }
  }
  for (const [rule, directive] of off)
    faults.push({ directive, message: `Switch ${rule || "all"} on again below.` });
  return faults;
}

/** @type {import("@oxlint/plugins").Rule} */
export const reasons = {
  createOnce: (context) => ({
    before: () => /lint-(?:dis|en)able/.test(context.sourceCode.text),
    Program() {
      for (const { directive, message } of faultsOf(
        context.sourceCode.getDisableDirectives().directives,
      )) {
        // Of its line the one place that the comment itself does not switch off.
        const start = { line: directive.node.loc.start.line, column: 0 };
        context.report({ loc: { start, end: start }, message });
      }
    },
  }),
};
