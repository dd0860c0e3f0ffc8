import DataflowSim
import FoundationEssentials

/// FINN's `post_synth_resources.json`: what Vivado placed, by instance.
public struct UtilisationFile: Sendable {
  /// By the instance's name, which is the node's, with its partition's in front where the build has several.
  public let placed: [String: PlacedUse]

  /// Throws `InputError` when the file is truncated, of another kind or holds numbers that are no counts.
  public init(contentsOf path: String) throws {
    try self.init(json: InputFile.readJSON(path), file: path)
  }

  /// The same from its bytes; `file` is for messages.
  public init(json data: Data, file: String) throws {
    do {
      var placed: [String: PlacedUse] = [:]
      for (name, row) in try JSONCursor(JSONValue(parsing: data, file: file)).members()
      where name != "(top)" {
        placed[name] = try Self.use(row)
      }
      guard !placed.isEmpty else {
        throw InputError(
          "names no instance",
          hint: "FINN writes it after synthesis: {\"MVAU_hls_0\": {\"LUT\": …}}")
      }
      self.placed = placed
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private static func use(_ row: JSONCursor) throws -> PlacedUse {
    func count(_ names: [String]) throws -> Int? {
      try names.lazy.compactMap { row.optional($0) }.first.map(wholeNumber)
    }
    guard let lut = try count(["LUT"]), let ff = try count(["FF"]) else {
      throw row.error(
        "has no LUT and FF: no utilisation as FINN writes it",
        hint:
          "report/post_synth_resources.json of a build with synthesis; Vivado's own .rpt and .xml are "
          + "not read")
    }
    return PlacedUse(
      lut: lut, lutram: try count(["LUTRAM"]), srl: try count(["SRL"]) ?? 0, ff: ff,
      bram18: 2 * (try count(["BRAM_36K"]) ?? 0) + (try count(["BRAM_18K"]) ?? 0),
      uram: try count(["URAM"]) ?? 0, dsp: try count(["DSP48", "DSP", "DSP58"]) ?? 0)
  }

  /// The instance of `node`: its name, or the only one that ends with it behind a partition's.
  public func placed(of node: String) -> PlacedUse? {
    if let exact = placed[node] { return exact }
    let found = placed.filter { name, _ in
      name.hasPrefix("StreamingDataflowPartition_") && name.hasSuffix("_\(node)")
        && name.dropFirst("StreamingDataflowPartition_".count).dropLast(node.count + 1)
          .allSatisfy(\.isNumber)
    }
    return found.count == 1 ? found.first?.value : nil
  }
}

/// FINN's `estimate_layer_resources_hls.json`: what HLS reported, by node.
public struct HLSAreaFile: Sendable {
  /// By node.
  public let areas: [String: ReportedArea]

  /// Throws `InputError` when the file is truncated or of another kind.
  public init(contentsOf path: String) throws {
    try self.init(json: InputFile.readJSON(path), file: path)
  }

  /// The same from its bytes; `file` is for messages.
  public init(json data: Data, file: String) throws {
    do {
      var areas: [String: ReportedArea] = [:]
      for (name, row) in try JSONCursor(JSONValue(parsing: data, file: file)).members()
      where name != "total" {
        let area = try Self.area(row)
        // FINN writes zeros where it found no report.
        if area.lut + area.ff > 0 { areas[name] = area }
      }
      self.areas = areas
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private static func area(_ row: JSONCursor) throws -> ReportedArea {
    func count(_ names: String...) throws -> Int? {
      try names.lazy.compactMap { row.optional($0) }.first.map(wholeNumber)
    }
    guard let lut = try count("LUT"), let ff = try count("FF") else {
      throw row.error("has no LUT and FF: no estimate of HLS as FINN writes it")
    }
    return ReportedArea(
      lut: lut, ff: ff, bram18: try count("BRAM_18K") ?? 0, uram: try count("URAM") ?? 0,
      dsp: try count("DSP", "DSP48E") ?? 0)
  }
}

/// A count of resources; FINN copies some as text.
private func wholeNumber(_ cursor: JSONCursor) throws -> Int {
  let most = 1 << 32
  if case .string(let text) = cursor.value {
    guard let value = Int(text), (0...most).contains(value) else {
      throw cursor.error("\(cursor.value.compactText) is no count of resources")
    }
    return value
  }
  if case .number(let value) = cursor.value, value == value.rounded(),
    (0...Double(most)).contains(value)
  {
    return Int(value)
  }
  return try cursor.int(0...most)
}
