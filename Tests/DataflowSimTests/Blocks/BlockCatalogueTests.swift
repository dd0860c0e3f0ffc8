import DataflowAnalysis
import Testing

/// What holds for every block, and the errors people meet.
struct BlockCatalogueTests {
  @Test func opTypesAndAttributesAreUnique() throws {
    #expect(Set(BlockCatalogue.opTypes).count == BlockCatalogue.opTypes.count)
    for op in BlockCatalogue.opTypes {
      let names = try BlockCatalogue.attributes(of: op).map(\.name)
      #expect(Set(names).count == names.count, "\(op)")
    }
  }

  @Test func defaultsPassTheirOwnChecks() throws {
    for op in BlockCatalogue.opTypes {
      for spec in try BlockCatalogue.attributes(of: op) {
        guard let value = spec.defaultValue else { continue }
        #expect(throws: Never.self, "\(op) \(spec.name)") { try spec.checked(value) }
      }
    }
  }

  /// Absurd but well-typed values must end in a block or an error, never in a trap.
  @Test(arguments: [1, 2, 3, 7, 1 << 20, 1 << 31, AttributeSpec.maximumInt])
  func absurdSizesNeverTrap(size: Int) throws {
    for op in BlockCatalogue.opTypes {
      for type in ["BINARY", "INT4096", "UINT64", "FLOAT32", "BIPOLAR", "SCALEDINT<9>"] {
        for shared in [size, 1] {
          try Self.build(op, size: size, shared: shared, type: type)
        }
      }
    }
  }

  private static func build(_ op: String, size: Int, shared: Int, type: String) throws {
    var attributes: [String: AttributeValue] = [:]
    for spec in try BlockCatalogue.attributes(of: op) where spec.defaultValue == nil {
      switch spec.kind {
      case .int(let range):
        let folds = ["PE", "SIMD", "SIZE"].contains(spec.name)
        attributes[spec.name] = .int(min(folds ? shared : size, range.upperBound))
      case .ints(let count, let range):
        attributes[spec.name] = .ints(
          Array(repeating: min(size, range.upperBound), count: count ?? 2))
      case .string(let allowed): attributes[spec.name] = .string(allowed.first ?? "")
      case .strings: attributes[spec.name] = .strings([type])
      case .dataType: attributes[spec.name] = .string(type)
      case .float(let range): attributes[spec.name] = .float(range.upperBound)
      }
    }
    guard
      let block = try? BlockCatalogue.make(
        opType: op, attributes: attributes, part: nil, clockMHz: 100)
    else { return }
    ask(block)
  }

  /// Random well-typed attributes, optional ones included.
  @Test(arguments: 1...8)
  func randomAttributesNeverTrap(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    let numbers = [0, 1, 1, 1, 2, 3, 4, 8, 9, 64, 1 << 13, 1 << 24, 1 << 30, 1 << 31, 1 << 40]
    let types = ["BINARY", "INT4", "INT8", "UINT8", "INT64", "UINT4096", "FIXED<8,4>", "TERNARY"]
    var built = 0
    for op in BlockCatalogue.opTypes {
      let specs = try BlockCatalogue.attributes(of: op)
      for _ in 0..<200 * searchFactor {
        var attributes: [String: AttributeValue] = [:]
        for spec in specs where spec.defaultValue == nil || random.below(4) == 0 {
          attributes[spec.name] = Self.value(spec.kind, numbers, types, &random)
        }
        guard
          let block = try? BlockCatalogue.make(
            opType: op, attributes: attributes, part: nil, clockMHz: 100)
        else { continue }
        built += 1
        Self.ask(block)
      }
    }
    #expect(built > 250)
  }

  private static func value(
    _ kind: AttributeSpec.Kind, _ numbers: [Int], _ types: [String], _ random: inout SplitMix
  ) -> AttributeValue {
    func number(_ range: ClosedRange<Int>) -> Int {
      min(max(numbers[random.below(numbers.count)], range.lowerBound), range.upperBound)
    }
    switch kind {
    case .int(let range): return .int(number(range))
    case .ints(let count, let range):
      return .ints((0..<(count ?? random.below(4))).map { _ in number(range) })
    case .string(let allowed):
      return .string(allowed.isEmpty ? "" : allowed[random.below(allowed.count)])
    case .strings: return .strings([types[random.below(types.count)]])
    case .dataType: return .string(types[random.below(types.count)])
    case .float(let range): return .float(range.upperBound)
    }
  }

  private static func ask(_ block: any Block) {
    #expect(block.expectedCycles >= 0)
    #expect(block.numberOfOutputValues >= 0)
    _ = (block.inputs, block.finnInputs, block.outputs, block.outputs(fedBy: block.inputs))
    _ = (block.allBuildIssues, block.operationAndParameterCounts)
    for family in DSPFamily.allCases { _ = block.resources(on: family) }
  }

  static let mvau: [String: AttributeValue] = [
    "MW": .int(64), "MH": .int(16), "PE": .int(4), "SIMD": .int(8), "noActivation": .int(1),
    "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
    "outputDataType": .string("INT24"),
  ]

  static func make(
    _ changes: [String: AttributeValue], op: String = "MVAU_rtl", part: String? = nil
  ) throws -> any Block {
    try BlockCatalogue.make(
      opType: op, attributes: mvau.merging(changes) { $1 }, part: part, clockMHz: 200)
  }

  @Test(
    arguments: [
      (["PE": .int(3)], "3 does not divide MH = 16"),
      (["PEE": .int(3)], "did you mean 'PE'?"),
      (["PE": .int(0)], "0 is not allowed"),
      (["PE": .string("4")], "an integer, 1 or more"),
      (["mem_mode": .string("decoupled")], "\"internal_decoupled\""),
      (["inputDataType": .string("INT4x")], "did you mean 'INT4'?"),
      (["numInputVectors": .int(1)], "a list of integers"),
      (["MW": .int(1 << 40)], "or more, up to 2^31"),
      (["MW": .int(1 << 31), "MH": .int(1 << 31)], "beyond any device"),
    ] as [([String: AttributeValue], String)])
  func refusals(changes: [String: AttributeValue], wanted: String) throws {
    let error = #expect(throws: InputError.self) { try Self.make(changes) }
    #expect("\(error!)".contains(wanted), "\(error!)")
  }

  @Test func unknownOpNamesTheNearest() throws {
    let error = #expect(throws: InputError.self) { try Self.make([:], op: "MVUA_rtl") }
    #expect(error!.hint == "did you mean 'MVAU_rtl'?")
  }

  @Test func correctedNumbersStandBesideFINNs() throws {
    let wide = try Self.make([:]).resources(on: .dsp48e2)
    #expect(wide.finn.dsp == 8)
    #expect(wide.corrected.dsp == 16)
    #expect(wide.correction != nil)
    let embedded = try Self.make(
      ["mem_mode": .string("internal_embedded"), "MW": .int(1024)], op: "MVAU_hls"
    ).resources(on: .dsp48e2)
    #expect(embedded.finn.uram > 0)
    #expect(embedded.corrected.uram == 0)
  }

  @Test func computeCoreFollowsPartTypesAndClock() throws {
    func core(_ part: String, _ changes: [String: AttributeValue] = [:]) throws -> MatrixVector {
      try #require(try Self.make(changes, part: part) as? MatrixVector)
    }
    let narrow: [String: AttributeValue] = [
      "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
    ]
    #expect(try core("xc7z020clg400-1").computeCore == .mvu8sx8uDSP48)
    #expect(try core("xc7z020clg400-1", narrow).computeCore == .mvu4sx4uDSP48E1)
    #expect(try core("xczu7ev-ffvc1156-2-e", narrow).computeCore == .mvu4sx4uDSP48E2)
    let versal = try core("xcvc1902-vsva2197-2MP-e-S", ["SIMD": .int(64)])
    #expect(versal.computeCore == .mvuVVU8sx9DSP58)
    // 5 ns: floor((5 - 0.741) / 0.605 + 1) = 8 of ceil(64 / 3) = 22 DSPs per segment.
    #expect(versal.compute.segmentLength == 8)
    #expect(versal.coreDepth == 3 + 2)
  }

  @Test func openPortsTakeWhatFeedsThem() throws {
    let join = try BlockCatalogue.make(
      opType: "Join", attributes: [:], part: nil, clockMHz: 100)
    #expect(join.inputs.map(\.words) == [nil, nil])
    let a = Port(leading: [1, 4, 4], channels: 8, parallel: 2, dataType: .uint(4))
    let out = join.outputs(fedBy: [a, a])
    #expect(out[0].words == 64)
    #expect(out[0].width == 16)
  }
}

/// Repeatable random numbers.
private struct SplitMix {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}
