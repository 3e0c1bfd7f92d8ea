/** A number as its digits and the power of ten after them: 1e2, 100 and 100.00 are the same. */
function decimal(text: string): string | undefined {
  const [all, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (all === undefined) return undefined;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const shown = digits.replace(/0+$/, "");
  const exponent = Number(power) - fraction.length + digits.length - shown.length;
  return shown === "" ? "0" : `${sign}${shown}e${exponent}`;
}

function instant(text: string): string | undefined {
  const [all, day, time, fraction = "", zone = ""] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)$/.exec(text) ?? [];
  if (all === undefined) return undefined;
  const offset = zone === "Z" ? zone : zone.replace(/^(...)$/, "$1:00").replace(/^(...)(\d\d)$/, "$1:$2");
  return `${Date.parse(`${day}T${time}${offset}`)}.${fraction.replace(/0+$/, "")}`;
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Returns JSON with sorted names, whose numbers may have another spelling. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

/** Returns one text for all the ways in which two databases write a value. */
export function canonical(text: string | null): string | null {
  if (text === null) return null;
  if (text === "t" || text === "f") return text === "t" ? "true" : "false";
  const parsed = /^[[{]/.test(text) ? json(text) : undefined;
  if (parsed !== undefined) return JSON.stringify(sorted(parsed));
  return decimal(text) ?? instant(text) ?? text;
}
