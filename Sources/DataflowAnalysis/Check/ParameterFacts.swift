/// The constant arrays of one node, as rules see them.
public struct ParameterFacts {
  public let node: Node
  /// The block made of it.
  public let block: any Block
  /// Whether its stream meets another in a block that takes both in one type (`DesignFacts.isJoined`).
  let isJoined: Bool
  /// Array by role, as far as they are at hand.
  private let tensors: [String: Tensor]

  init(_ facts: DesignFacts, node index: Int, _ parameters: ParameterStore) {
    node = facts.design.nodes[index]
    block = facts.blocks[index]
    isJoined = facts.isJoined(index)
    var tensors: [String: Tensor] = [:]
    for (role, name) in node.initializers where parameters.contains(name) {
      tensors[role] = try? parameters.tensor(name)
    }
    self.tensors = tensors
  }

  /// An array with the place a message names.
  struct Array {
    let name: String
    let tensor: Tensor
    let values: [Double]

    func place(_ index: Int) -> String {
      "array '\(name)', index \(Tensor.indices(of: index, in: tensor.shape))"
    }
  }

  func array(_ role: String) -> Array? {
    guard let tensor = tensors[role], let name = node.initializers[role], tensor.count > 0 else {
      return nil
    }
    return Array(name: name, tensor: tensor, values: tensor.asDoubles())
  }

  /// The settings of an MVAU or VVAU.
  var compute: ComputeSettings? { (block as? any ComputeBlock)?.compute }

  /// The type the thresholds are kept in: a Thresholding's own, a compute block's accumulator.
  var thresholdType: DataType? {
    (block as? Thresholding)?.thresholdType
      ?? compute.flatMap { $0.hasThresholds ? $0.accumulatorType : nil }
  }

  /// What thresholds count up to, and what is added.
  var thresholdOutput: (type: DataType, bias: Int)? {
    if let block = block as? Thresholding { return (block.outputType, block.actVal) }
    return compute.flatMap { $0.hasThresholds ? ($0.outputType, $0.actVal) : nil }
  }

  var weightType: DataType? { compute?.weightType }
}

extension DataType {
  /// The smallest UINT or INT that holds everything from `low` to `high`, as FINN minimises widths.
  static func holding(_ low: Int, _ high: Int) -> DataType {
    if low >= 0 { return .uint(max(1, Int.bitWidth - high.leadingZeroBitCount)) }
    return .int(Int.bitWidth - max(~low, high).leadingZeroBitCount + 1)
  }
}
