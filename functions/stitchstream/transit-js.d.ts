declare module "transit-js" {
  export interface Reader {
    read(text: string): unknown;
  }
  export interface Writer {
    write(value: unknown): string;
  }
  export function reader(type: "json" | "json-verbose", options?: object): Reader;
  export function writer(type: "json" | "json-verbose", options?: object): Writer;
  export function map(entries?: unknown[]): unknown;
  export function set(values?: unknown[]): unknown;
  export function list(values?: unknown[]): unknown;
  export function keyword(name: string): unknown;
  export function symbol(name: string): unknown;
  export function uuid(text: string): unknown;
  export function uri(text: string): unknown;
  export function integer(digits: string): unknown;
  export function bigInt(digits: string): unknown;
  export function bigDec(digits: string): unknown;
  export function date(milliseconds: number): Date;
  export function equals(a: unknown, b: unknown): boolean;
  const transit: {
    reader: typeof reader; writer: typeof writer; map: typeof map; set: typeof set; list: typeof list;
    keyword: typeof keyword; symbol: typeof symbol; uuid: typeof uuid; uri: typeof uri; integer: typeof integer;
    bigInt: typeof bigInt; bigDec: typeof bigDec; equals: typeof equals;
  };
  export default transit;
}
