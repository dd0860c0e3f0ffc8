/// FINN+'s streamed scaled dot-product attention: queries, keys and values in, one result per query out.
///
/// Shapes, widths and FINN's estimate are FINN+'s; the schedule is an estimate of ours and marked so.
/// What it computes is not modelled. Source: FINN+ (`attention.py`).
package struct Attention: Block {
  package static let opTypes = ["ScaledDotProductAttention_hls"]
  package static let summary = "Scaled dot-product attention, schedule estimated (FINN+)"
  package static let attributes: [AttributeSpec] =
    [
      .int("QKDim", "elements of a query or key"),
      .int("QLen", "queries"),
      .int("VDim", "elements of a value"),
      .int("KVLen", "keys and values"),
      .int("Heads", default: 1, "heads one after another"),
      .int("EmbFold", "words of a query, key or value"),
      .int("SeqFold", "words of a row of the attention matrix"),
      .dataType("QType", "element type of the queries"),
      .dataType("KType", "element type of the keys"),
      .dataType("VType", "element type of the values"),
      .dataType("MType", default: "", "element type of the mask"),
      .dataType("OType", "element type of the result"),
      .string(
        "mask_mode", oneOf: ["none", "input", "const", "causal"], default: "none",
        "where the mask comes from"),
    ] + notUsed

  private static let notUsed: [AttributeSpec] =
    ["AType", "AccQKMatMul", "OutQKMatMul", "AccAVMatMul", "OutAVMatMul", "AccASoftmax"]
    .map { .string($0, default: "", "type inside, not used") }
    + ["ActQKMatMul", "ActAVMatMul", "ActASoftmax"]
    .map { .string($0, oneOf: ["none", "thresholds"], default: "none", "activation, not used") }
    + ["ram_style", "ram_style_thresholds", "ram_style_mask", "mac_resource"]
    .map { .string($0, default: "auto", "implementation, not used") }
    + ["BiasActQKMatMul", "BiasActAVMatMul", "BiasActASoftmax", "DequantSoftmax"]
    .map {
      AttributeSpec($0, .float(-1e30...1e30), default: .float(0), "scale or bias, not used")
    }

  package let node: NodeSettings
  package let qkDim: Int
  package let queryCount: Int
  package let valueDim: Int
  package let keyCount: Int
  package let heads: Int
  package let embeddingFold: Int
  package let sequenceFold: Int
  package let queryType: DataType
  package let keyType: DataType
  package let valueType: DataType
  package let outputType: DataType
  /// The mask's type, when it is streamed.
  package let maskType: DataType?

  package init(_ a: Attributes) throws {
    node = a.settings
    qkDim = a.int("QKDim")
    queryCount = a.int("QLen")
    valueDim = a.int("VDim")
    keyCount = a.int("KVLen")
    heads = a.int("Heads")
    embeddingFold = a.int("EmbFold")
    sequenceFold = a.int("SeqFold")
    queryType = a.dataType("QType")
    keyType = a.dataType("KType")
    valueType = a.dataType("VType")
    outputType = a.dataType("OType")
    let isMaskStreamed = a.string("mask_mode") == "input"
    maskType = isMaskStreamed ? a.optionalDataType("MType") : nil
    try a.require(!isMaskStreamed || maskType != nil, "MType", "is required with a mask input")
    try a.requireDivides("EmbFold", qkDim, "QKDim")
    try a.requireDivides("EmbFold", valueDim, "VDim")
    try a.requireDivides("SeqFold", keyCount, "KVLen")
    try a.size("the attention matrix", [heads, queryCount, keyCount, embeddingFold])
    try a.size("a tensor", [heads, max(queryCount, keyCount), max(qkDim, valueDim)])
  }

  private func port(_ rows: Int, _ elements: Int, _ fold: Int, _ type: DataType) -> Port {
    Port(leading: [heads, rows], channels: elements, parallel: elements / fold, dataType: type)
  }
  package var inputs: [Port] {
    let mask = maskType.map {
      Port(
        leading: [queryCount], channels: keyCount, parallel: keyCount / sequenceFold, dataType: $0)
    }
    return [
      port(queryCount, qkDim, embeddingFold, queryType),
      port(keyCount, qkDim, embeddingFold, keyType),
      port(keyCount, valueDim, embeddingFold, valueType),
    ] + [mask].compactMap { $0 }
  }
  package var outputs: [Port] { [port(queryCount, valueDim, embeddingFold, outputType)] }

  /// The slower of taking the keys in and of the two matrix products.
  package var expectedCycles: Int {
    heads * max(keyCount * embeddingFold, queryCount * embeddingFold * sequenceFold)
  }

  package var foldings: [FoldingAttribute] {
    [
      FoldingAttribute("EmbFold", dividing: qkDim, valueDim),
      FoldingAttribute("SeqFold", dividing: keyCount),
    ]
  }
  package var hasKnownCost: Bool { false }
}
