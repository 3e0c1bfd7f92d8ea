import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { instructionsOf, type Stage, stages } from "./dockerfile.ts";

/** No image is built in a test: `npm run test:packages` runs the instructions. */
const root = new URL("../../", import.meta.url);
const read = stages();
const [packages, ...images] = read as [Stage, ...Stage[]];
const copiesOf = (stage: Stage) => instructionsOf(stage, "COPY").map(({ words }) => words);

describe("infra/docker/Dockerfile", () => {
  it("has the images of the endpoint and of persist", () => {
    expect(images.map(({ name }) => name).sort()).toEqual(["endpoint", "persist"]);
  });

  it("pins one base image, on the Node of .nvmrc", () => {
    const [image, ...others] = new Set(read.map(each => each.image));
    expect(others).toEqual([]);
    expect(image).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/);
    expect(image).toContain(`:${readFileSync(new URL(".nvmrc", root), "utf8").trim()}.`);
  });

  it("runs nothing as root", () => {
    for (const stage of images) {
      const names = instructionsOf(stage, "RUN", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD").map(
        ({ name }) => name,
      );
      expect(names.slice(names.indexOf("USER"))).not.toContain("RUN");
      expect(instructionsOf(stage, "USER").map(({ text }) => text)).toEqual(["node"]);
      expect(names.at(-1)).toBe("CMD");
    }
  });

  it("copies what exists, and its .dockerignore lets nothing else in", () => {
    const copied = copiesOf(packages).flatMap(words => words.slice(0, -1));
    expect(copied.filter(path => !existsSync(new URL(path, root)))).toEqual([]);
    const ignored = readFileSync(new URL("infra/docker/Dockerfile.dockerignore", root), "utf8")
      .trim()
      .split("\n");
    expect(ignored.filter(line => !line.startsWith("#"))).toEqual(["*", ...copied.map(path => `!${path}`)]);
  });

  it("installs the packages of this version", () => {
    const [name, local] = [manifest.name, manifest.config.local.slice(1).replace("/", "-")];
    const tarballs = [name, local].map(each => `/build/dist/${each}-${manifest.version}.tgz`);
    const from = "--from=packages";
    expect(Object.fromEntries(images.map(stage => [stage.name, copiesOf(stage)]))).toEqual({
      persist: [[from, tarballs[0], "./"]],
      endpoint: [[from, ...tarballs, "./"]],
    });
  });

  it("holds no secret", () => {
    const set = images.flatMap(stage => instructionsOf(stage, "ENV", "ARG").map(({ text }) => text));
    expect(set.join(" ")).not.toMatch(/TOKEN|PASSWORD|SECRET|POSTGRES_URL/);
  });
});
