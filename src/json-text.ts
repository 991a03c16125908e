// JSON in pieces, for what would be hundreds of megabytes as one text: Node makes none of more than 512 MB. Pure.

/** A list that is a field of the outermost object, as `JSON.stringify` with two blanks has it: one item after the other. */
export function* formatList<T>(items: Iterable<T>, format: (item: T) => string): Generator<string> {
  let isFirst = true;
  for (const item of items) {
    yield `${isFirst ? "[" : ","}\n    ${format(item)}`;
    isFirst = false;
  }
  yield isFirst ? "[]" : "\n  ]";
}
