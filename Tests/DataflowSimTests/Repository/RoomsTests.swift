import Foundation
import Testing

/// Inside a module a folder is a room, and a room uses only rooms listed before it. The compiler guards
/// the walls between modules; this guards those within.
struct RoomsTests {
  /// Rooms of a module from the foundation up (ARCHITECTURE.md).
  private static let order: [String: [String]] = [
    "SimModel": ["Support", "Files", "Tensors", "Design", "Scenario", "Device", "Cost", "Block"],
    "DataflowSim": ["Timing", "Bits", "Blocks", "Graph", "Run", "Run/Values", "Run/Reports"],
    "DataflowAnalysis": [
      "Calibration", "FINN", "Hazards", "Replay", "Compare", "Faults", "Hang", "Stress", "Sizing",
      "Throughput",
      "Check", "Folding", "Sweep",
    ],
    "simrun": ["Terminal", "Commands"],
  ]

  private struct SourceFile {
    let path: String
    let room: Int
    let code: [Substring]
  }

  @Test(arguments: order.keys.sorted()) func importsPointOneWay(module: String) throws {
    let rooms = try #require(Self.order[module])
    let files = try Self.files(of: module, rooms)
    #expect(files.count >= rooms.count)
    var homes: [String: Set<Int>] = [:]
    for file in files {
      for name in Self.declarations(file.code) { homes[name, default: []].insert(file.room) }
    }
    // A type inside another may have the name of one elsewhere.
    var inner = [Set<String>](repeating: [], count: rooms.count)
    for file in files { inner[file.room].formUnion(Self.declarations(file.code, nested: true)) }
    for file in files {
      for word in Self.words(file.code) {
        guard let home = homes[word], home.count == 1, let room = home.first, room > file.room,
          !inner[file.room].contains(word)
        else { continue }
        Issue.record("\(file.path) uses \(word) of \(rooms[room])/, a room above its own")
      }
    }
  }

  /// No block knows another: a folder of `Blocks/` uses what lies beside the folders, and itself.
  @Test func blocksKnowNoOtherBlock() throws {
    let rooms = try Self.folders("Sources/DataflowSim/Blocks").filter { !Self.shared.contains($0) }
    #expect(rooms.count > 25)
    var homes: [String: Set<String>] = [:]
    var code: [(path: String, folder: String, code: [Substring])] = []
    for folder in rooms {
      for path in try Self.swiftFiles("Sources/DataflowSim/Blocks/\(folder)") {
        let text = try Self.code(path)
        code.append((path, folder, text))
        for name in Self.declarations(text) { homes[name, default: []].insert(folder) }
      }
    }
    for file in code {
      for word in Self.words(file.code) {
        guard let home = homes[word], home.count == 1, let other = home.first, other != file.folder
        else { continue }
        Issue.record("\(file.path) uses \(word) of \(other)/")
      }
    }
  }

  /// What blocks share.
  private static let shared: Set<String> = ["Common", "ComputeCore"]

  // MARK: Reading sources

  private static func files(of module: String, _ rooms: [String]) throws -> [SourceFile] {
    try swiftFiles("Sources/\(module)").compactMap { path in
      let parts = path.split(separator: "/").dropFirst(2).dropLast().map(String.init)
      guard !parts.isEmpty else { return nil }
      let inner = parts.prefix(2).joined(separator: "/")
      guard let room = rooms.firstIndex(of: inner) ?? rooms.firstIndex(of: parts[0]) else {
        Issue.record("\(path) lies in no room of \(module)")
        return nil
      }
      return SourceFile(path: path, room: room, code: try code(path))
    }
  }

  private static func folders(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: TestFiles.repository(path))
      .filter { !$0.contains(".") }.sorted()
  }

  private static func swiftFiles(_ folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: TestFiles.repository(folder))
      .filter { $0.hasSuffix(".swift") }.sorted().map { "\(folder)/\($0)" }
  }

  /// The lines of a file without comments and texts.
  private static func code(_ path: String) throws -> [Substring] {
    let text = String(decoding: try TestFiles.data(TestFiles.repository(path)), as: UTF8.self)
    return text.split(separator: "\n").compactMap { line in
      let start = line.drop { $0 == " " }
      guard !start.hasPrefix("//") else { return nil }
      guard line.utf8.contains(UInt8(ascii: "\"")) else { return line }
      // Every second part lies between quotation marks.
      return Substring(
        line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: " "))
    }
  }

  private static let modifiers: Set<Substring> = ["public", "package", "final", "indirect"]
  private static let kinds: Set<Substring> = [
    "struct", "class", "enum", "protocol", "typealias", "func", "let",
  ]

  /// Types and functions declared at the top of a file for others to see, or those inside others.
  private static func declarations(_ code: [Substring], nested: Bool = false) -> [String] {
    code.compactMap { line in
      guard let first = line.first, first.isLetter != nested else { return nil }
      let words = line.split(separator: " ").drop { modifiers.contains($0) }.prefix(2)
      guard let kind = words.first, kinds.contains(kind), words.count == 2 else { return nil }
      return words.last.map { String($0.prefix { $0.isLetter || $0.isNumber || $0 == "_" }) }
    }
  }

  private static func words(_ code: [Substring]) -> Set<String> {
    var found: Set<Substring> = []
    for line in code {
      found.formUnion(
        line.utf8.split { !(isWord($0)) }.map(Substring.init))
    }
    return Set(found.map(String.init))
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
