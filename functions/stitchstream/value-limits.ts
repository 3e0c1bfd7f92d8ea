/** Limits that are checked before memory is spent on a value. */
export interface ValueLimits {
  readonly depthMax: number;
  /** Scalar leaves of a record. */
  readonly dataPointsMax: number;
  /** The expanded size of all of a body's transit cache codes. */
  readonly expansionBytesMax: number;
}
