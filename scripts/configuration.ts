import { join } from "node:path";
import { settings } from "../server/src/config-settings.ts";

/** Writes `docs/configuration.md` from the settings themselves: `bun scripts/configuration.ts`. */

export const configurationPath = join(import.meta.dir, "../docs/configuration.md");

const introduction = `# Configuration

Everything is set by variables of the environment, and nothing has to be: without any, the server keeps its data in
\`./data\` and answers on this machine only. A name that is misspelt or a value that is malformed stops the start and is
named. A variable that is empty counts as not set.
`;

export function configurationPage(): string {
  const all = Object.entries(settings);
  const groups = [...new Set(all.map(([, setting]) => setting.group))];
  const parts = groups.map((group) => {
    const rows = all
      .filter(([, setting]) => setting.group === group)
      .map(([name, setting]) => row(name, setting));
    return `## ${group}\n\n| variable | what it does | when not set | example |\n|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  return [introduction, ...parts].join("\n");
}

function row(name: string, setting: { about: string; unset: string; example: string }): string {
  const example = setting.example.startsWith("(") ? setting.example.slice(1, -1) : `\`${setting.example}\``;
  const cells = [`\`${name}\``, setting.about, setting.unset, example];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

if (import.meta.main) await Bun.write(configurationPath, configurationPage());
