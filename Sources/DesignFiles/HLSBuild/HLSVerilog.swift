import DataflowSim
import Foundation

/// What the Verilog that HLS generated says about a module's schedule.
///
/// The header of the top states the latency, the pipeline's states are counted in the module that has
/// the loop, and the helper module that starts a loop is another one for every way of calling it.
public struct HLSVerilog: Sendable, Equatable {
  /// What the name of the loop's helper module says about the loop.
  public enum LoopControl: String, Sendable {
    /// `flow_control_loop_pipe_sequential_init`: started by a state of the module around it.
    case sequential
    /// `flow_control_loop_pipe…`: the module is the loop, and starts itself.
    case selfStarting
  }

  /// `CORE_GENERATION_INFO` of the top module.
  public struct Header: Sendable, Equatable {
    /// The top module's name.
    public var module: String
    /// `2022.2`; `nil` where the header does not say.
    public var tool: String?
    /// Clock period asked for, in ns.
    public var clock: Double?
    /// `HLS_INPUT_PART`, as HLS writes it.
    public var part: String?
    /// `HLS_SYN_LAT`: cycles from start to done.
    public var latency: Int?
    public var area: HLSArea
  }

  /// What the file's first lines say.
  public var header: Header?
  /// The highest n of `ap_CS_iter<n>_fsm`, plus one, of each module that has such states.
  public var stages: [String: Int] = [:]
  public var control: LoopControl?

  static let maximumBytes = 64 << 20
  /// Enough of a file for its header.
  private static let headerBytes = 64 << 10

  /// Reads the `.v` files `paths`; `top` is the name of the top module.
  ///
  /// Throws `InputError` for a file that cannot be read or is too large to be a FINN block.
  init(_ paths: [String], top: String) throws {
    for path in paths.sorted() {
      let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      if let found = Self.control(stem) {
        // A block with both has a loop of its own inside a called function.
        control = control == .sequential ? .sequential : found
        continue
      }
      guard !Self.isHelper(stem) else { continue }
      let data = try InputFile.read(path, atMost: Self.maximumBytes)
      if stem == top || header == nil, let found = Self.header(data.prefix(Self.headerBytes)) {
        if header == nil || stem == top { header = found }
      }
      if let count = Self.stages(data) { stages[stem] = count }
    }
  }

  init() {}

  static func control(_ stem: String) -> LoopControl? {
    guard let range = stem.range(of: "flow_control_loop_pipe") else { return nil }
    return stem[range.upperBound...].hasPrefix("_sequential_init") ? .sequential : .selfStarting
  }

  /// Memories, registers, multipliers and FIFOs that HLS writes into files of their own.
  private static func isHelper(_ stem: String) -> Bool {
    ["_regslice_both", "_ROM_AUTO", "_fifo_w", "_mul_", "_mac_", "_mux_"].contains {
      stem.contains($0)
    }
  }

  /// The header's `NAME,hls_ip_2022_2,{KEY=value,…}`.
  static func header(_ data: Data) -> Header? {
    let text = String(decoding: data, as: UTF8.self)
    guard let start = text.range(of: "CORE_GENERATION_INFO"),
      let open = text[start.upperBound...].firstIndex(of: "\""),
      let close = text[text.index(after: open)...].firstIndex(of: "\"")
    else { return nil }
    let body = text[text.index(after: open)..<close]
    let parts = body.split(separator: ",", maxSplits: 2).map(String.init)
    guard parts.count == 3, parts[2].contains("HLS_SYN_LAT=") else { return nil }
    var values: [String: String] = [:]
    for entry in parts[2].drop(while: { $0 == "{" }).prefix(while: { $0 != "}" }).split(
      separator: ",")
    {
      let pair = entry.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { values[String(pair[0])] = String(pair[1]) }
    }
    func count(_ key: String) -> Int? {
      values[key].flatMap { Int($0) }.flatMap { (0...1 << 48).contains($0) ? $0 : nil }
    }
    let version = parts[1].hasPrefix("hls_ip_") ? String(parts[1].dropFirst(7)) : nil
    return Header(
      module: topName(parts[0]), tool: version?.replacing("_", with: "."),
      clock: values["HLS_INPUT_CLOCK"].flatMap(Double.init), part: values["HLS_INPUT_PART"],
      latency: count("HLS_SYN_LAT"),
      area: HLSArea(
        lut: count("HLS_SYN_LUT") ?? 0, ff: count("HLS_SYN_FF") ?? 0,
        bram18: count("HLS_SYN_MEM") ?? 0, dsp: count("HLS_SYN_DSP") ?? 0))
  }

  /// From 2020.2 on the name is written twice: `MVAU_hls_0_MVAU_hls_0`.
  private static func topName(_ text: String) -> String {
    let half = text.count / 2
    guard text.count % 2 == 1, text.prefix(half) == text.suffix(half),
      Array(text)[half] == "_"
    else { return text }
    return String(text.prefix(half))
  }

  /// The highest n of `ap_CS_iter<n>_fsm`, plus one; nil for a module without such states.
  static func stages(_ data: Data) -> Int? {
    var highest: Int?
    let mark = Data("ap_CS_iter".utf8)
    var place = data.startIndex
    while let found = data.range(of: mark, in: place..<data.endIndex) {
      var end = found.upperBound
      var number = 0
      while end < data.endIndex, (0x30...0x39).contains(data[end]), number < 100_000 {
        number = number * 10 + Int(data[end] - 0x30)
        end += 1
      }
      if end > found.upperBound, data[end...].starts(with: "_fsm".utf8) {
        highest = max(highest ?? 0, number)
      }
      place = end
    }
    return highest.map { $0 + 1 }
  }
}
