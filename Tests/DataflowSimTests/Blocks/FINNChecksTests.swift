import DataflowAnalysis
import Testing

/// Numbers recorded from FINN's own classes: every field of every row must come out of the
/// catalogue. `Resources/finn-checks.json.zst`; a further set is run from outside.
struct FINNChecksTests {
  static let file = Result {
    try JSONValue(
      parsing: try CompressedResource.data("finn-checks.json.zst"), file: "finn-checks.json")
  }

  static func vectors(_ name: String) throws -> JSONValue {
    try file.get().object["vectors"]!.object[name]!
  }

  /// Fields that describe FINN's input or belong to the timing tests.
  static let notComputed: Set<String> = ["op", "attrs", "rtl_model"]

  @Test func everyFieldOfEveryRow() throws {
    let rows = try Self.file.get().object["rows"]!.array.map(\.object)
    #expect(rows.count >= 352)
    for (index, row) in rows.enumerated() {
      let op = row["op"]!.string
      let got: [String: JSONValue]
      do {
        let attributes = try JSONCursor(row["attrs"]!).members()
        got =
          BlockFields(
            try BlockCatalogue.make(
              opType: op,
              attributes: Dictionary(
                uniqueKeysWithValues: try attributes.map { ($0.key, try AttributeValue($0.value)) }),
              part: nil, clockMHz: 100)
          ).fields
      } catch {
        Issue.record("row \(index) \(op): refused: \(error)")
        continue
      }
      for (field, value) in row where !Self.notComputed.contains(field) {
        let mine = got[field]
        #expect(
          Self.agree(mine, value, field: field),
          "row \(index) \(op) \(field): expected \(value.compactText), got \(mine?.compactText ?? "nothing")"
        )
      }
    }
  }

  static func agree(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if let x = a.real, let y = b.real { return abs(x - y) <= 1e-12 * abs(y) }
    if case .array(let x) = a, case .array(let y) = b {
      return x.count == y.count && zip(x, y).allSatisfy(agree)
    }
    return a == b
  }

  /// A row may list fewer inputs than the node has: external weights are listed in some rows only.
  static func agree(_ a: JSONValue?, _ b: JSONValue, field: String) -> Bool {
    guard let a else { return false }
    let perInput = ["normal_in", "folded_in", "in_width", "in_width_padded", "words_in"]
    guard perInput.contains(field), case .array(let x) = a, case .array(let y) = b else {
      return agree(a, b)
    }
    return agree(.array(Array(x.prefix(y.count))), b)
  }

  @Test func dataTypes() throws {
    for row in try Self.vectors("datatypes").array.map(\.object) {
      let type = try #require(DataType(row["name"]!.string), "\(row)")
      #expect(type.name == row["canonical"]!.string)
      #expect(type.bits == row["bits"]!.int)
      #expect(.bool(type.isSigned) == row["signed"])
      #expect(.bool(type.isInteger) == row["integer"])
      if type.isInteger {
        #expect(type.range.map { Double($0.lowerBound) } == row["min"]!.real)
        #expect(type.range.map { Double($0.upperBound) } == row["max"]!.real)
      }
    }
  }

  @Test func smallestTypes() throws {
    for (value, name) in try Self.vectors("smallest_possible").object {
      #expect(DataType.smallest(for: Int(value)!).name == name.string, "\(value)")
    }
  }

  @Test func fifoSplitAndDepth() throws {
    for (depth, pieces) in try Self.vectors("fifo_split").object {
      let got = StreamingFIFO.split(depth: Int(depth)!).map {
        JSONValue.array([.int($0.depth), .string($0.style.rawValue)])
      }
      #expect(.array(got) == pieces, "\(depth)")
    }
    for (depth, optimized) in try Self.vectors("optimize_depth").object {
      #expect(StreamingFIFO.optimized(depth: Int(depth)!) == optimized.int, "\(depth)")
    }
  }

  @Test func memoryPrimitives() throws {
    for row in try Self.vectors("memutil").array.map(\.object) {
      let (width, depth) = (Int(row["width"]!.real!), Int(row["depth"]!.real!))
      let mine = MemoryPrimitive.alternatives(width: width, depth: depth)
      let recorded = row["alternatives"]!.array.map(\.array)
      #expect(mine.count == recorded.count)
      for entry in recorded {
        let primitive = try #require(mine.first { $0.name == entry[0].string })
        let numbers = entry[1].array.compactMap(\.real)
        #expect(Double(primitive.count(width: width, depth: depth)) == numbers[0])
        #expect(Double(primitive.waste(width: width, depth: depth)) == numbers[2])
      }
    }
  }
}

extension JSONValue {
  /// The value of either kind of number.
  fileprivate var real: Double? {
    switch self {
    case .int(let v): Double(v)
    case .number(let v): v
    default: nil
    }
  }

  fileprivate init(_ value: Int?) { self = value.map(JSONValue.int) ?? .null }
  fileprivate init(_ value: [Int]?) { self = value.map { .array($0.map(JSONValue.int)) } ?? .null }
  fileprivate init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
}

/// A block's answers under the field names of the recorded rows.
struct BlockFields {
  private(set) var fields: [String: JSONValue] = [:]

  init(_ block: any Block) {
    addPorts(block)
    addResources(block)
    addOwn(block)
    if !block.operationAndParameterCounts.isEmpty {
      fields["op_and_param_counts"] = .object(
        block.operationAndParameterCounts.mapValues { JSONValue($0) })
    }
  }

  private mutating func addPorts(_ block: any Block) {
    fields["exp_cycles"] = JSONValue(block.expectedCycles)
    fields["num_output_values"] = JSONValue(block.numberOfOutputValues)
    fields["out_dtype"] = JSONValue(block.outputs.first?.dataType?.name)
    for (side, ports) in [("in", block.finnInputs), ("out", block.outputs)] {
      fields["normal_\(side)"] = .array(ports.map { JSONValue($0.normalShape) })
      fields["folded_\(side)"] = .array(ports.map { JSONValue($0.foldedShape) })
      fields["\(side)_width"] = .array(ports.map { JSONValue($0.width) })
      fields["\(side)_width_padded"] = .array(ports.map { JSONValue($0.paddedWidth) })
      fields["words_\(side)"] = .array(
        ports.map { $0.foldedShape == nil ? .null : JSONValue($0.words) })
    }
  }

  private mutating func addResources(_ block: any Block) {
    let estimate = block.resources(on: .dsp48e2)
    fields["LUT"] = JSONValue(estimate.finn.lut)
    fields["BRAM_18K"] = JSONValue(estimate.finn.bram18)
    fields["URAM"] = JSONValue(estimate.finn.uram)
    fields["BRAM_efficiency"] = .number(estimate.bramEfficiency)
    fields["URAM_efficiency"] = .number(estimate.uramEfficiency)
    fields["DSP"] = .object(
      Dictionary(
        uniqueKeysWithValues: DSPFamily.allCases.map {
          ($0.rawValue, JSONValue(block.resources(on: $0).finn.dsp))
        }))
  }

  private mutating func addOwn(_ block: any Block) {
    switch block {
    case let b as MatrixVector: addMemory(wmem: b.wmem, tmem: b.tmem, stream: b.weightStreamWidth)
    case let b as VectorVector: addMemory(wmem: b.wmem, tmem: b.tmem, stream: b.weightStreamWidth)
    case let b as Thresholding: addMemory(wmem: nil, tmem: b.tmem, stream: b.weightStreamWidth)
    case let b as Channelwise: fields["tmem"] = JSONValue(b.tmem)
    case let b as StreamingFIFO: fields["adjusted_depth"] = JSONValue(b.adjustedDepth)
    case let b as SlidingWindow where b.isRTL:
      fields["buffer_depth"] = JSONValue(b.bufferDepth)
      fields["impl_style"] = JSONValue(b.style.rawValue)
      fields["rtl_codegen_legal"] = .bool(b.rtlCodegenLegal)
    case let b as SlidingWindow: fields["swu_variant"] = JSONValue(b.hlsVariant.rawValue)
    default: break
    }
  }

  private mutating func addMemory(wmem: Int?, tmem: Int, stream: Int) {
    fields["wmem"] = JSONValue(wmem)
    fields["tmem"] = JSONValue(tmem)
    fields["weightstream_width"] = JSONValue(stream)
    fields["weightstream_width_padded"] = JSONValue((stream + 7) / 8 * 8)
  }
}
