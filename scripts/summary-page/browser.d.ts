// What the page of a summary takes of a browser. Structural: playwright-core's own are more, and fit.

export interface Locator {
  locator(selector: string): Locator;
  count(): Promise<number>;
  isVisible(): Promise<boolean>;
  click(): Promise<void>;
  textContent(): Promise<string | null>;
  getAttribute(name: string): Promise<string | null>;
  evaluateAll<T>(work: (all: readonly { readonly href: string }[]) => T): Promise<T>;
  screenshot(): Promise<Buffer>;
}

export interface Page {
  locator(selector: string, options?: { readonly hasText?: string }): Locator;
  evaluate<T>(expression: string): Promise<T>;
  route(
    pattern: string,
    handle: (route: { abort(): Promise<void> }) => Promise<void>,
  ): Promise<unknown>;
  setContent(html: string): Promise<void>;
  addStyleTag(style: { readonly path: string } | { readonly content: string }): Promise<unknown>;
  addScriptTag(script: { readonly path: string }): Promise<unknown>;
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  close(): Promise<void>;
}

export interface Browser {
  newPage(options: {
    readonly viewport: { readonly width: number; readonly height: number };
  }): Promise<Page>;
  close(): Promise<void>;
}

export interface Launcher {
  launch(options: {
    readonly executablePath: string;
    readonly env: Readonly<Record<string, string>>;
    readonly args: readonly string[];
  }): Promise<Browser>;
}
