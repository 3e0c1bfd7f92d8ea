declare module "transit-js" {
  interface Transit {
    reader(type: "json" | "json-verbose", options?: object): { read(text: string): unknown };
    writer(type: "json" | "json-verbose", options?: object): { write(value: unknown): string };
    map(entries: unknown[]): unknown;
    list(values: unknown[]): unknown;
    set(values: unknown[]): unknown;
    keyword(name: string): unknown;
    symbol(name: string): unknown;
    tagged(tag: string, value: unknown): unknown;
    uri(text: string): unknown;
    uuid(text: string): unknown;
    integer(digits: string): unknown;
    bigInt(digits: string): unknown;
    equals(a: unknown, b: unknown): boolean;
    isMap(value: unknown): boolean;
    isSet(value: unknown): boolean;
    isInteger(value: unknown): boolean;
    isUUID(value: unknown): boolean;
    isKeyword(value: unknown): boolean;
    isSymbol(value: unknown): boolean;
    isTaggedValue(value: unknown): boolean;
  }
  const transit: Transit;
  export default transit;
}
