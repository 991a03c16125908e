// Globals that Node reads at their first use. Knows nothing of who uses them.

/**
 * What `read` returns, for which such globals are not there: as what it only asks for, in case, takes long to read. Those that
 * were read before it sees.
 */
export function withUnreadHidden<T>(names: readonly string[], read: () => T): T {
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
