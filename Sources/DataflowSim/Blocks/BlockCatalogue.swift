/// Every block simrun knows. One line per block.
public enum BlockCatalogue {
  /// Every block there is.
  public static let blocks: [any Block.Type] = [
    MatrixVector.self,
    VectorVector.self,
    SlidingWindow.self,
    Thresholding.self,
    FMPadding.self,
    StreamingFIFO.self,
    WidthConverter.self,
    FMPaddingPixel.self,
    MaxPool.self,
    Pool.self,
    GlobalAccPool.self,
    Eltwise.self,
    DuplicateStreams.self,
    ReplicateStream.self,
    StreamingConcat.self,
    StreamingSplit.self,
    Channelwise.self,
    LabelSelect.self,
    Lookup.self,
    Upsample.self,
    DownSampler.self,
    IODMA.self,
    TLastMarker.self,
    CheckSum.self,
    Elementwise.self,
    Crop.self,
    SelectToken.self,
    TokenInsertion.self,
    FINNLoop.self,
    Shuffle.self,
    Reshape.self,
    MultiHeads.self,
    Attention.self,
    Requant.self,
    LayerNorm.self,
    Softmax.self,
    Fork.self,
    Join.self,
    Decimate.self,
  ]

  /// Every op type, in the order of `blocks`.
  public static let opTypes: [String] = blocks.flatMap { $0.opTypes }

  private static let typeByOp: [String: any Block.Type] = Dictionary(
    uniqueKeysWithValues: blocks.flatMap { block in block.opTypes.map { ($0, block) } })

  /// The block type that implements `opType`, if one does.
  package static func find(_ opType: String) -> (any Block.Type)? { typeByOp[opType] }

  /// The block type that implements `opType`. Throws `InputError` with the nearest known name.
  public static func type(of opType: String) throws -> any Block.Type {
    if let type = typeByOp[opType] { return type }
    if let known = knownByName[opType] ?? knownByName[opType + "_rtl"], !hasVariants(opType) {
      throw InputError(
        "\(opType) belongs to FINN's development branch; only its name is known: \(known)",
        hint: "its timing has not been measured, so no cycle of it would be right")
    }
    let variants = opTypes.filter { ["\(opType)_hls", "\(opType)_rtl"].contains($0) }.sorted()
    guard variants.isEmpty else {
      throw InputError(
        "'\(opType)' is no hardware block yet: FINN's SpecializeLayers makes it HLS or RTL",
        hint: "take \(variants.map { "'\($0)'" }.joined(separator: " or "))")
    }
    throw InputError(
      "unknown op type '\(opType)'",
      hint: nearestName(to: opType, among: opTypes).map { "did you mean '\($0)'?" }
        ?? "`simrun blocks` lists the known ones")
  }

  private static func hasVariants(_ opType: String) -> Bool {
    ["_hls", "_rtl"].contains { typeByOp[opType + $0] != nil }
  }

  /// Blocks of the development branch that were seen but not measured, and what is known of them.
  /// Source: docs/reference/development-branch.md.
  private static let knownByName: [String: String] = [
    "DynMVAU_rtl": "an MVU with streamed weights; MVAU_rtl with dynamic_input is the one measured",
    "DuplicateStreams_rtl": "a fork in RTL; DuplicateStreams_hls is the block of the releases",
    "HWSoftmax_rtl": "softmax in RTL (softmaxf); HWSoftmax_hls is estimated",
    "PWPolyF_rtl": "a piecewise polynomial in floating point",
    "Pad1D_rtl": "padding of a sequence", "Where_rtl": "a choice between two streams",
    "MVAU_tiled_rtl": "an MVU that works on tiles of its matrix (mvu_tiled)",
  ]

  /// Every attribute nodes of `opType` may have: the block's own, then the common ones.
  public static func attributes(of opType: String) throws -> [AttributeSpec] {
    try declared(by: opType).specs
  }

  /// What nodes of `opType` may say.
  private static func declared(by opType: String) throws -> Declared {
    if let declared = declaredByOp[opType] { return declared }
    // Says why the op type is none.
    return Declared(try type(of: opType), opType)
  }

  /// Blocks are made by the ten thousand in a sweep, so this is worked out once.
  private static let declaredByOp: [String: Declared] = typeByOp.reduce(into: [:]) {
    $0[$1.key] = Declared($1.value, $1.key)
  }

  /// The attributes of an op type, as a block's maker needs them.
  private final class Declared: Sendable {
    let type: any Block.Type
    let specs: [AttributeSpec]
    /// The places of attributes in `specs`.
    let places: [String: Int]
    let defaults: [String: AttributeValue]
    /// Those without a default.
    let required: [AttributeSpec]
    /// Those that FINN's first releases did not have.
    let later: [AttributeSpec]

    init(_ type: any Block.Type, _ opType: String) {
      self.type = type
      let own = type.attributes
      let names = Set(own.map(\.name))
      specs = (own + CommonAttributes.all.filter { !names.contains($0.name) })
        .filter { $0.applies(to: opType) }
      places = Dictionary(
        specs.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { a, _ in a })
      defaults = specs.reduce(into: [:]) { $0[$1.name] = $1.defaultValue }
      required = specs.filter { $0.defaultValue == nil }
      later = specs.filter { $0.first != nil }
    }
  }

  /// Why the block of `generation` is not the one the attributes ask for: it has no such attribute. nil: it has
  /// all of those that are not at their defaults.
  package static func foreignAttribute(
    of opType: String, _ attributes: [String: AttributeValue], _ generation: FINNGeneration
  ) -> String? {
    let foreign = declaredByOp[opType]?.later.first { spec in
      guard let first = spec.first, first > generation, let value = attributes[spec.name] else {
        return false
      }
      return value != spec.defaultValue
    }
    return foreign.map { spec in
      "\(spec.name) belongs to FINN's development branch, the design to FINN \(generation.rawValue) "
        + "(--finn-generation \(spec.first!.rawValue))"
    }
  }

  /// Builds a block from attributes as written in a design. Whoever has a design asks it
  /// (`Design.block(of:)`), which also says at which node something is wrong.
  ///
  /// - Parameters:
  ///   - part: the FPGA part, which decides DSP cores; `nil` counts as UltraScale+.
  ///   - clockMHz: the clock, which decides the pipelining of DSP58 cores.
  ///   - generation: the FINN whose block it is.
  /// - Throws: `InputError` for an unknown op type, an unknown, missing or ill-typed attribute, a
  ///   value out of range, or attributes that contradict each other.
  public static func make(
    opType: String, attributes: [String: AttributeValue], part: String?, clockMHz: Double,
    generation: FINNGeneration = .default
  ) throws -> any Block {
    let key = MadeBlocks.Key(
      opType: opType, attributes: attributes, part: part, clockMHz: clockMHz,
      generation: generation)
    return try made.block(key) { try make(key) }
  }

  private static let made = MadeBlocks()

  private static func make(_ key: MadeBlocks.Key) throws -> any Block {
    let (opType, attributes) = (key.opType, key.attributes)
    let declared = try declared(by: opType)
    try refuseUnknown(attributes, of: opType, declared)
    // What is there is checked before what is missing: a typing slip is the better message.
    var values = declared.defaults
    let places = attributes.keys.compactMap { declared.places[$0] }.sorted()
    for spec in places.map({ declared.specs[$0] }) {
      values[spec.name] = try attributes[spec.name].map(spec.checked)
    }
    for spec in declared.required where values[spec.name] == nil {
      throw InputError("required and missing (\(spec.summary))", at: "attribute '\(spec.name)'")
    }
    let block = try declared.type.init(
      Attributes(
        opType: opType, part: key.part, clockMHz: key.clockMHz, generation: key.generation,
        values: values))
    if let error = block.absurdSize { throw error }
    if let block = block as? any HLSBlock { try block.requireFittingStructure() }
    return block
  }

  private static func refuseUnknown(
    _ attributes: [String: AttributeValue], of opType: String, _ declared: Declared
  ) throws {
    guard let stranger = attributes.keys.filter({ declared.places[$0] == nil }).min() else {
      return
    }
    throw InputError(
      "\(opType) has no such attribute", at: "attribute '\(stranger)'",
      hint: nearestName(to: stranger, among: declared.specs.map(\.name))
        .map { "did you mean '\($0)'?" } ?? "`simrun blocks \(opType)` lists the known ones")
  }
}
