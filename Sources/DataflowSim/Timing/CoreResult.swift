/// One word a compute core (MVU, VVU) put out, in terms of its slots (see `ComputeBlock`).
///
/// Result k is the sum over slots k·SF ..< (k+1)·SF.
/// Source: docs/reference/rtl-rules.md#compute-core; docs/reference/hazards.md.
public enum CoreResult: Sendable, Equatable {
  /// Result k as it should be.
  case whole(Int)
  /// The sum over these slots only: a result cut short, what is left of it, or, of no slots, a
  /// spurious zero. `lost` are those of them whose product was lost while the core was frozen.
  case partial(Range<Int>, lost: [Int] = [])
  /// Result k, with slots whose product was lost while the core was frozen.
  case damaged(Int, lost: [Int])
  /// Result k, read from behind the end of the output queue: the source leaves its value open. The bit
  /// plane carries zeros.
  case undefined(Int)
  /// A word read from a block's memory when that many of its input words had been written.
  case read(after: Int)
}
