/// Attributes to set, and their values.
public typealias AttributeChanges = [String: AttributeValue]

/// An attribute that sets how many elements a block handles per cycle (PE, SIMD), and what it may be.
public struct FoldingAttribute: Sendable, Equatable {
  /// FINN's name of the attribute.
  public let name: String
  /// Every value the block takes, ascending.
  public let values: [Int]

  /// An attribute that takes these values, ascending.
  public init(_ name: String, values: [Int]) {
    self.name = name
    self.values = values
  }

  /// FINN's rule for most blocks: the value divides each of `lengths`.
  public init(_ name: String, dividing lengths: Int...) { self.init(name, dividing: lengths) }

  /// The same of a list of lengths.
  public init(_ name: String, dividing lengths: [Int]) {
    self.init(name, values: divisors(of: lengths.reduce(0, greatestCommonDivisor)))
  }

  /// One change per value.
  public var changes: [AttributeChanges] { values.map { [name: .int($0)] } }
}

/// What FINN's SetFolding does with a block.
public enum SetFoldingRule: Sendable, Equatable {
  /// Leaves it as it is.
  case leave
  /// Raises one attribute over the divisors of a length.
  case raise(String, upTo: Int)
  /// Raises SIMD as far as the weight stream may be wide, then PE.
  case matrix(width: Int, height: Int, weightBits: Int)
  /// Raises PE, then SIMD where the block folds its kernel; the window in front follows.
  case depthwise(channels: Int, kernelPixels: Int, foldsKernel: Bool)
  /// Raises SIMD, then emits whole windows where the block can.
  case window(channels: Int, canEmitWholeWindows: Bool)
}

/// How a depthwise layer wants the words of the sliding window that feeds it.
public struct WindowDemand: Sendable, Equatable {
  /// Channels per word.
  public let channels: Int
  /// Kernel pixels per word are more than one: the window emits whole windows.
  public let takesWholeWindows: Bool

  /// A demand for so many channels per word.
  public init(channels: Int, takesWholeWindows: Bool) {
    self.channels = channels
    self.takesWholeWindows = takesWholeWindows
  }
}

extension Block {
  /// Every folding worth trying, as changes of attributes, in every implementation; the empty change
  /// alone where nothing can be chosen.
  public func foldingChoices(hasURAM: Bool) -> [AttributeChanges] {
    [foldingCombinations, implementations(hasURAM: hasURAM)].combined()
  }

  public var foldings: [FoldingAttribute] { [] }
  public var foldingCombinations: [AttributeChanges] { foldings.map(\.changes).combined() }
  public var fixedFoldings: [String: String] { [:] }
  public func implementations(hasURAM: Bool) -> [AttributeChanges] { [[:]] }
  public var hasKnownCost: Bool { true }
  public var setFoldingRule: SetFoldingRule { .leave }
  public var windowDemand: WindowDemand? { nil }
  public func following(_ demand: WindowDemand) -> AttributeChanges? { nil }
}

extension [[AttributeChanges]] {
  /// Every combination of one change of each list, the first list varying slowest.
  public func combined() -> [AttributeChanges] {
    reduce([[:]]) { product, list in
      product.flatMap { left in list.map { left.merging($0) { $1 } } }
    }
  }
}
