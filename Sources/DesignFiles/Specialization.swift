import DataflowSim

/// Chooses the implementation of a node that FINN has not specialised yet.
///
/// Source: docs/reference/finn-dialect.md#which-implementation.
struct Specialization {
  let part: String?
  let generation: FINNGeneration
  /// The constant weights of a node, when the file has them.
  let weights: (Node) -> Tensor?

  /// Ops with an RTL variant; every other op is HLS.
  private static let opsWithRTL: Set<String> = [
    "ConvolutionInputGenerator", "FMPadding", "MVAU", "StreamingDataWidthConverter",
    "StreamingFIFO", "Thresholding", "VVAU", "InnerShuffle", "Requant", "LayerNorm",
    "ElementwiseAdd", "ElementwiseSub", "ElementwiseMul", "Crop", "SelectToken", "AddCLSToken",
    "Reshape",
  ]
  /// Ops that exist in RTL alone.
  private static let opsWithoutHLS: Set<String> = [
    "StreamingFIFO", "InnerShuffle", "SelectToken", "AddCLSToken", "Reshape",
  ]

  /// The op type with its suffix, and a remark when a stated preference could not be met.
  func opType(of node: Node, preference: String) -> (opType: String, remark: String?) {
    let possible = Self.opsWithRTL.contains(node.opType) && canBeRTL(node)
    let canBeHLS = !Self.opsWithoutHLS.contains(node.opType) && !needsRTL(node)
    let style: String
    switch preference {
    case "rtl": style = possible ? "rtl" : "hls"
    case "hls": style = canBeHLS ? "hls" : "rtl"
    default: style = possible && (isWideEnough(node) || !canBeHLS) ? "rtl" : "hls"
    }
    let remark =
      preference.isEmpty || preference == style
      ? nil : "\(node.name): \(node.opType) cannot be \(preference) here; \(style) is used"
    return ("\(node.opType)_\(style)", remark)
  }

  private func canBeRTL(_ node: Node) -> Bool {
    switch node.opType {
    case "MVAU":
      return fitsDSP(node) && node.int("binaryXnorMode") ?? 0 == 0
        && (family != .dsp48e1 || hasNarrowWeights(node))
    case "VVAU": return fitsDSP(node) && family == .dsp58
    case "StreamingDataWidthConverter":
      guard let a = node.int("inWidth"), let b = node.int("outWidth"), a > 0, b > 0 else {
        return true
      }
      return a % b == 0 || b % a == 0
    // The floating-point cores need the DSP58s of Versal.
    case "LayerNorm":
      return family == .dsp58 && isFloat(node, ["inputDataType", "outputDataType"])
    case "ElementwiseAdd", "ElementwiseSub", "ElementwiseMul":
      return family == .dsp58 && isFloat(node, ["lhs_dtype", "rhs_dtype", "out_dtype"])
        && node.string("lhs_style") ?? "input" == "input" && node.string("rhs_style") == "const"
    case "Requant":
      return node.int("narrow") ?? 0 == 0 && node.dataType("outputDataType")?.isSigned == false
    case "Crop": return generation >= .dev2026_08
    default: return true
    }
  }

  private func isFloat(_ node: Node, _ attributes: [String]) -> Bool {
    attributes.allSatisfy { node.dataType($0) ?? .float32 == .float32 }
  }

  /// No activation inside, signed weights of at most 8 bits, inputs of at most 8, or 9 signed.
  private func fitsDSP(_ node: Node) -> Bool {
    guard let input = node.dataType("inputDataType"), let weight = node.dataType("weightDataType")
    else { return false }
    return node.int("noActivation") ?? 0 == 1 && weight.isSigned && weight.bits <= 8
      && (input.bits <= 8 || (input.bits == 9 && input.isSigned))
  }

  /// Products of fewer than 4 bits are cheaper in LUTs, so they are RTL only on request.
  private func isWideEnough(_ node: Node) -> Bool {
    guard node.opType == "MVAU" || node.opType == "VVAU" else { return true }
    return (node.dataType("inputDataType")?.bits ?? 0) >= 4
      && (node.dataType("weightDataType")?.bits ?? 0) >= 4
  }

  /// The HLS sliding window takes only square 2D shapes without stride or dilation of its own kind.
  private func needsRTL(_ node: Node) -> Bool {
    guard node.opType == "ConvolutionInputGenerator", node.int("is1D") ?? 0 == 0 else {
      return false
    }
    let lists = ["IFMDim", "ConvKernelDim", "Stride"].compactMap(node.ints)
    let isSquare = lists.allSatisfy { Set($0).count == 1 }
    let isDilated = node.ints("Dilation")?.contains { $0 != 1 } ?? false
    return !isSquare || isDilated || node.int("dynamic_mode") ?? 0 == 1
  }

  /// Weights that never take the type's most negative value; unknown weights might.
  private func hasNarrowWeights(_ node: Node) -> Bool {
    guard let low = node.dataType("weightDataType")?.range?.lowerBound,
      let values = weights(node)?.asDoubles(), let smallest = values.min()
    else { return false }
    return smallest != Double(low)
  }

  private enum Family { case dsp48e1, dsp48e2, dsp58 }

  private var family: Family {
    let name = (part ?? "").lowercased()
    let versal = ["xcvc", "xcve", "xcvp", "xcvm", "xqvc", "xqvm", "xqrvc"]
    if versal.contains(where: name.hasPrefix) { return .dsp58 }
    return name.dropFirst(2).first == "7" ? .dsp48e1 : .dsp48e2
  }
}

extension Node {
  func int(_ name: String) -> Int? {
    if case .int(let value)? = attributes[name] { value } else { nil }
  }

  func ints(_ name: String) -> [Int]? {
    if case .ints(let value)? = attributes[name] { value } else { nil }
  }

  func string(_ name: String) -> String? {
    if case .string(let value)? = attributes[name] { value } else { nil }
  }

  func dataType(_ name: String) -> DataType? { string(name).flatMap { DataType($0) } }
}

extension LoadedDesign {
  /// Gives every op that is named without its implementation the one FINN would, and says which.
  mutating func specialise() {
    let parameters = parameters
    let choose = Specialization(part: design.part, generation: design.finnGeneration) { node in
      node.initializers["weights"].flatMap { try? parameters?.tensor($0) }
    }
    for i in design.nodes.indices {
      let node = design.nodes[i]
      guard !BlockCatalogue.opTypes.contains(node.opType) else { continue }
      let choice = choose.opType(of: node, preference: node.string("preferred_impl_style") ?? "")
      guard BlockCatalogue.opTypes.contains(choice.opType) else { continue }
      design.nodes[i].opType = choice.opType
      notes.append(choice.remark ?? "\(node.name): \(node.opType) is taken as \(choice.opType)")
    }
  }
}
