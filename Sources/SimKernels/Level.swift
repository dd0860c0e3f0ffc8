import CKernels

/// How wide the vector instructions of a kernel may be.
///
/// Every kernel gives the same integers at every level; `portable` is plain Swift, runs anywhere
/// and is what the other levels are tested against.
public enum KernelLevel: Int32, Sendable, CaseIterable, Comparable {
  case portable = 0
  case avx2 = 1
  /// AVX-512 with VNNI and VPOPCNTDQ.
  case avx512 = 2

  /// The widest level this processor runs.
  public static let best = KernelLevel(rawValue: ck_cpu_level()) ?? .portable

  /// The levels this processor runs, narrowest first.
  public static var available: [KernelLevel] { allCases.filter { $0 <= best } }

  public static func < (a: KernelLevel, b: KernelLevel) -> Bool { a.rawValue < b.rawValue }
}
