declare module "*.css";
declare module "*.json?first" {
  const texts: Record<string, string>;
  export = texts;
}
