/** Limits of compiling schemas and of checking values against them. */
export interface SchemaLimits {
  /** Schemas that a compiler keeps, in UTF-16 units of text. */
  readonly schemaCharsKeptMax: number;
  /** The significant digits of a `multipleOf`. */
  readonly multipleOfDigitsMax: number;
  /** Nested schema nodes in one check. */
  readonly evaluationDepthMax: number;
  readonly patternsKeptMax: number;
  /** The memory for the states of each of a pattern's two automata. */
  readonly patternStatesBytesMax: number;
  /** The memory for the automata of kept patterns that are matched without their engine. */
  readonly automataBytesMax: number;
}
