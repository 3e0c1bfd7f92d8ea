import manifest from "../../package.json" with { type: "json" };

/** Defined in the bundles of the package for this machine: infra/pack.ts. */
declare const PACKAGED: true | undefined;

export const isPackaged = typeof PACKAGED !== "undefined";

/** The commands of the local stack, as a person types them: in a checkout, or with the package. */
const typed = isPackaged
  ? { up: `npx ${manifest.name} up`, sql: `npx ${manifest.name} sql`, token: `npx ${manifest.name} token` }
  : { up: "npm start", sql: "npm run sql", token: "npm run token" };

/** The same, to be followed by arguments: npm passes on what comes after `--`. */
const before = isPackaged ? " " : " -- ";
export const commands = { ...typed, sqlWith: typed.sql + before, tokenWith: typed.token + before };

/** The checkout, or the package: the bundles are as deep in it as the sources. */
export const root = new URL("../../", import.meta.url);
