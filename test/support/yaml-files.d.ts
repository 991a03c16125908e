declare module "*.yml" {
  const content: unknown;
  export = content;
}
