/** What a value may take before memory is spent on it. */
export interface ValueLimits {
  readonly depthMax: number;
  /** Scalar leaves of a record. */
  readonly dataPointsMax: number;
  /** What transit's cache codes may stand for in a body, all together. */
  readonly expansionBytesMax: number;
}
