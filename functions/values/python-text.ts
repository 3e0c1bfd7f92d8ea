/** Escapes what is beyond printable ASCII in JSON text, as Python's json.dumps does. */
export const asPythonPrints = (json: string): string =>
  json.replace(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
