// Globals that Node reads at their first use. Knows nothing of who uses them.

// From this version on Node reads such a global as soon as its description is asked for: then none can be hidden.
const FIRST_THAT_READS_WHEN_ASKED = 22;

/**
 * What `read` returns, for which such globals are not there: as what it only asks for, in case, takes long to read. Those that
 * were read before it sees.
 */
export function withUnreadHidden<T>(
  names: readonly string[],
  read: () => T,
  node: string = process.versions.node,
): T {
  if (Number.parseInt(node, 10) >= FIRST_THAT_READS_WHEN_ASKED) return read();
  const hidden = names.flatMap((name) => {
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    return property?.get !== undefined && property.configurable === true
      ? [{ name, property }]
      : [];
  });
  try {
    for (const { name } of hidden)
      Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
    return read();
  } finally {
    for (const { name, property } of hidden) Object.defineProperty(globalThis, name, property);
  }
}
