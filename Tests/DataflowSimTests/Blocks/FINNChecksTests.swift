import DataflowSim
import Foundation
import Testing

/// Numbers recorded from FINN's own classes: every field of every row must come out of the
/// catalogue. `Resources/finn-checks.json.zst`; a further set is run from outside.
struct FINNChecksTests {
  struct File: Decodable {
    struct Row: Decodable {
      let op: String
      let attrs: [String: AttributeJSON]
    }
    let rows: [Row]
    let vectors: Vectors
  }
  struct RawFile: Decodable { let rows: [[String: JSONValue]] }
  struct Vectors: Decodable {
    struct TypeRow: Decodable {
      let name: String
      let canonical: String
      let bits: Int
      let min: Double
      let max: Double
      let signed: Bool
      let integer: Bool
    }
    let datatypes: [TypeRow]
    let smallest_possible: [String: String]
    let memutil: [[String: JSONValue]]
    let fifo_split: [String: [[JSONValue]]]
    let optimize_depth: [String: Int]
  }

  static let data = Result { try CompressedResource.data("finn-checks.json.zst") }

  /// Fields that describe FINN's input or belong to the timing tests.
  static let notComputed: Set<String> = ["op", "attrs", "rtl_model"]

  @Test func everyFieldOfEveryRow() throws {
    let data = try Self.data.get()
    let rows = try JSONDecoder().decode(File.self, from: data).rows
    let expected = try JSONDecoder().decode(RawFile.self, from: data).rows
    #expect(rows.count >= 352)
    for (index, (row, fields)) in zip(rows, expected).enumerated() {
      let got: [String: JSONValue]
      do {
        got =
          BlockFields(
            try BlockCatalogue.make(
              opType: row.op, attributes: row.attrs.mapValues(\.value), part: nil, clockMHz: 100)
          ).fields
      } catch {
        Issue.record("row \(index) \(row.op): refused: \(error)")
        continue
      }
      for (field, value) in fields where !Self.notComputed.contains(field) {
        let mine = got[field]
        #expect(
          Self.agree(mine, value, field: field),
          "row \(index) \(row.op) \(field): expected \(value), got \(mine?.description ?? "nothing")"
        )
      }
    }
  }

  static func agree(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if case (.number(let x), .number(let y)) = (a, b) { return abs(x - y) <= 1e-12 * abs(y) }
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
    for row in try JSONDecoder().decode(File.self, from: Self.data.get()).vectors.datatypes {
      let type = try #require(DataType(row.name), "\(row.name)")
      #expect(type.name == row.canonical)
      #expect(type.bits == row.bits)
      #expect(type.isSigned == row.signed)
      #expect(type.isInteger == row.integer)
      if type.isInteger {
        #expect(type.range.map { Double($0.lowerBound) } == row.min)
        #expect(type.range.map { Double($0.upperBound) } == row.max)
      }
    }
  }

  @Test func smallestTypes() throws {
    let vectors = try JSONDecoder().decode(File.self, from: Self.data.get()).vectors
    for (value, name) in vectors.smallest_possible {
      #expect(DataType.smallest(for: Int(value)!).name == name, "\(value)")
    }
  }

  @Test func fifoSplitAndDepth() throws {
    let vectors = try JSONDecoder().decode(File.self, from: Self.data.get()).vectors
    for (depth, pieces) in vectors.fifo_split {
      let got = StreamingFIFO.split(depth: Int(depth)!).map {
        [JSONValue($0.depth), JSONValue($0.style.rawValue)]
      }
      #expect(got == pieces, "\(depth)")
    }
    for (depth, optimized) in vectors.optimize_depth {
      #expect(StreamingFIFO.optimized(depth: Int(depth)!) == optimized, "\(depth)")
    }
  }

  @Test func memoryPrimitives() throws {
    let vectors = try JSONDecoder().decode(File.self, from: Self.data.get()).vectors
    for row in vectors.memutil {
      guard case .number(let w)? = row["width"], case .number(let d)? = row["depth"],
        case .array(let alternatives)? = row["alternatives"]
      else {
        Issue.record("malformed row")
        continue
      }
      let (width, depth) = (Int(w), Int(d))
      let got = MemoryPrimitive.alternatives(width: width, depth: depth)
      #expect(got.count == alternatives.count)
      for case .array(let pair) in alternatives {
        guard pair.count == 2, case .string(let name) = pair[0], case .array(let v) = pair[1],
          let primitive = got.first(where: { $0.name == name })
        else {
          Issue.record("unknown primitive \(pair)")
          continue
        }
        #expect(v[0] == JSONValue(primitive.count(width: width, depth: depth)))
        #expect(v[2] == JSONValue(primitive.waste(width: width, depth: depth)))
      }
    }
  }
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
