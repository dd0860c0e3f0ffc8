import DataflowAnalysis
import Foundation
import Testing

/// Files made to harm: each ends in a clear error, in bounded memory, and nothing in them is obeyed.
@Suite struct HostileFileTests {
  private static func resource(_ name: String) -> String { TestFiles.resource("hostile/\(name)") }

  /// Runs simrun where 800 MB of addresses are all there is.
  private static func bounded(_ command: String) throws -> CommandLineTool.Result {
    try CommandLineTool.shell("ulimit -v 800000; ./simrun \(command)")
  }

  /// File and what the message must say.
  @Test(arguments: [
    ("run configs/tfc-w1a1.json --input", "bomb.npz", "has shape"),
    ("run configs/tfc-w1a1.json --input", "claims-1tb.npz", "in an archive of"),
    ("run configs/tfc-w1a1.json --input", "zip64-overflow.npz", "in an archive of"),
    ("trace --perfetto", "footer-at-int-max.simtrace.zst", "is damaged here"),
    ("trace", "header-120-mb.simtrace.zst", "is damaged here"),
    ("sweep report", "renamed-column.sqlite", "lacks status"),
    ("sweep report", "no-point-table.sqlite", "not one of simrun sweep"),
    ("sweep report", "schema-format-9.sqlite", "error:"),
    ("sweep report", "esc.sqlite", "is no address of a point"),
    ("sweep report", "xss.sqlite", "is no address of a point"),
  ])
  func isRefusedInBoundedMemory(_ command: String, _ name: String, _ message: String) throws {
    let result = try Self.bounded("\(command) '\(Self.resource(name))'")
    #expect(result.status == 65, "\(result.status): \(result.errors)")
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.errors.contains(name), "the file is named: \(result.errors)")
  }

  /// Lines that GitHub's runners obey, and escape sequences, stand in no output.
  @Test(arguments: [
    "check", "fps", "run", "hang", "fifo", "hazards", "fps --json", "check --json",
  ])
  func namesAreNotObeyed(_ command: String) throws {
    for name in ["ci-commands.json", "ci-commands-2.json"] {
      let parts = command.split(separator: " ", maxSplits: 1)
      let rest = parts.count > 1 ? parts[1] : ""
      let result = try CommandLineTool.shell(
        "./simrun \(parts[0]) '\(Self.resource(name))' \(rest)")
      #expect([0, 1, 2, 65].contains(result.status), "\(result.errors)")
      for line in (result.output + "\n" + result.errors).split(separator: "\n") {
        let start = line.drop { $0 == " " || $0 == "\t" }
        #expect(!start.hasPrefix("::"), "\(name): \(line)")
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" }, "\(line)")
      }
    }
  }

  /// Commands of runners, wherever in a line they stand, and what turns or hides text.
  @Test func whatOthersObeyIsShown() throws {
    let name =
      "a##[group]b ##vso[task.setvariable]\u{202e}\u{1b}[31m\u{2066}\u{200b}\u{85}\u{2028}\u{e000}é"
    let design = """
      {"format": "simrun-design", "version": 1, "name": \(JSONValue.quoted(name)), "nodes": [],
       "graph_inputs": [], "graph_outputs": []}
      """
    #expect(
      try Design(json: Data(design.utf8), file: "d").name
        == #"a\u{23}#[group]b \u{23}#vso[task.setvariable]\u{202e}\u{1b}[31m\u{2066}\u{200b}\u{85}\u{2028}\u{e000}é"#
    )
  }

  /// The name of a file is no more obeyed than what is in it, and what to type next names the file.
  @Test func fileNamesAreNotObeyed() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let name = "\(folder)/d\n::error::injected \u{1B}[31m.json"
      let design = try TestFiles.data(TestFiles.repository("configs/ci/residual-hang.json"))
      try design.write(to: URL(fileURLWithPath: name))
      for command in [["check"], ["fps"], ["hang"], ["fifo", "--quick"]] {
        let result = try CommandLineTool.run([command[0], name] + command.dropFirst())
        for line in (result.output + "\n" + result.errors).split(separator: "\n") {
          #expect(!line.hasPrefix("::") && !line.contains("\u{1B}"), "\(command): \(line)")
        }
        guard command != ["check"] else { continue }
        #expect(result.output.contains("$'"), "\(command): \(result.output)")
      }
    }
  }

  /// Values of the command line are no more obeyed where they are wrong.
  @Test(arguments: [
    ["fps", "d.json", "--\u{1B}[31m\n::error::x"],
    ["fps", "d.json", "--frames=\u{202E}\n::error::x"],
    ["run", "d.json", "--max-cycles", "::error::x"],
    ["fps", "d.json", "--cost", "\n##[group]x\u{7}"],
    ["\u{1B}c"], ["fps", "a", "b\n::error::x"], ["blocks", "\n::error::x"],
    ["schema", "::x\u{85}"],
    ["hang", "configs/tfc-w1a1.json", "--apply", "x\n::error::y\u{1B}[2J"],
  ])
  func wrongArgumentsAreNotObeyed(_ arguments: [String]) throws {
    let result = try CommandLineTool.run(arguments)
    for line in (result.output + "\n" + result.errors).split(separator: "\n") {
      let start = line.drop { $0 == " " || $0 == "\t" }
      #expect(!start.hasPrefix("::") && !line.contains("##["), "\(line)")
      #expect(
        line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, "\(line)")
      #expect(!line.unicodeScalars.contains("\u{202E}"), "\(line)")
    }
    #expect(result.status != 70 && !(result.output + result.errors).isEmpty)
  }

  /// A folding file of more foreign nodes than anyone lists names the first of them.
  @Test func foreignFoldingsNameTheFirst() throws {
    let names = (0..<2000).map { "n\(1999 - $0)" }
    var design = try Design(
      json: TestFiles.data(TestFiles.repository("configs/tfc-w1a1.json")), file: "d")
    let folding = FoldingConfig(
      nodes: Dictionary(uniqueKeysWithValues: names.map { ($0, ["PE": .int(1)]) }))
    #expect(
      inputError { _ = try design.apply(folding) }.contains("it has n0, n1, n2, …; the design has"))
    #expect(names.naturalOrder(first: 4).prefix(4) == ["n0", "n1", "n2", "n3"])
    #expect(Set(names.naturalOrder(first: 4)) == Set(names))
    #expect(
      ["b", "a"].naturalOrder(first: 3) == ["a", "b"] && [String]().naturalOrder(first: 3) == [])
  }

  /// Names make no links or tags on the page that GitHub shows.
  @Test func summariesShowNames() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let original = try String(
        contentsOfFile: TestFiles.repository("configs/ci/residual-hang.json"), encoding: .utf8)
      let changed = original.replacingOccurrences(
        of: "\"branch\"", with: "\"<img src=x>[a](http://b)`c`\"")
      try Data(changed.utf8).write(to: URL(fileURLWithPath: "\(folder)/d.json"))
      _ = try CommandLineTool.run(
        "check", "\(folder)/d.json", "--summary", "\(folder)/summary.md")
      let summary = try String(contentsOfFile: "\(folder)/summary.md", encoding: .utf8)
      #expect(summary.contains(#"&lt;img src=x>\[a\](http://b)\`c\`"#), "\(summary)")
      #expect(!summary.contains("<img"))
    }
  }

  /// Word counts are compared before anything is simulated.
  @Test func wordCountsComeBeforeWork() throws {
    let design = Self.resource("word-counts-late.json")
    let result = try Self.bounded("fifo '\(design)' --quick")
    #expect(result.status == 65 && result.errors.contains("do not match"), "\(result.errors)")
  }

  /// A name of 200 000 characters is neither compared with every other nor repeated in full.
  @Test func longNamesCostNothing() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let name = String(repeating: "n", count: 200_000)
      let design = """
        {"format": "simrun-design", "version": 1, "name": "long", "clock_mhz": 100, "nodes": [
        {"name": "\(name)", "op_type": "StreamingFIFO_rtl", "attributes": {"\(name)": 2},
        "inputs": ["a"], "outputs": ["b"]}], "graph_inputs": ["a"], "graph_outputs": ["b"]}
        """
      try Data(design.utf8).write(to: URL(fileURLWithPath: "\(folder)/long.json"))
      let result = try Self.bounded("fps '\(folder)/long.json'")
      #expect(result.status == 65)
      #expect(result.errors.utf8.count < 6000 && result.errors.contains("characters)"))
    }
  }

  /// Text that goes on for ever, or holds nothing, is refused before it is taken apart.
  @Test func endlessCapturesAreRefused() throws {
    try TestFiles.withTemporaryDirectory { folder in
      func replay(_ name: String, _ text: Data) throws -> CommandLineTool.Result {
        try text.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        return try Self.bounded(
          "replay --capture '\(folder)/\(name)' --design configs/ci/residual-fixed.json")
      }
      let cases: [(String, Data, String)] = [
        ("zeros.vcd", Data("$scope module a $end\n".utf8) + Data(count: 1 << 24), "zero byte"),
        (
          "signals.vcd", Data(String(repeating: "$var wire 1 ! a $end\n", count: 300_000).utf8),
          "more than 262144 signals"
        ),
        (
          "scopes.vcd", Data(String(repeating: "$scope module a $end\n", count: 1000).utf8),
          "scopes lie deeper"
        ),
        (
          "rows.csv", Data(("a,b\n" + String(repeating: "1,1\n", count: 400_000)).utf8),
          "more than 262144 samples"
        ),
        (
          "empty.csv", Data("a,b\n".utf8) + Data(repeating: UInt8(ascii: "\n"), count: 1 << 24),
          "524288 lines"
        ),
      ]
      for (name, text, message) in cases {
        let result = try replay(name, text)
        #expect(result.status == 65 && result.errors.contains(message), "\(name): \(result.errors)")
      }
    }
  }

  @Test func designsHaveBoundedNodes() {
    let nodes = Array(
      repeating: #"{"name": "n", "op_type": "Fork", "inputs": [], "outputs": []}"#, count: 40_000)
    let design =
      #"{"format": "simrun-design", "version": 1, "graph_inputs": [], "graph_outputs": [], "nodes": ["#
      + nodes.joined(separator: ",") + "]}"
    #expect(
      inputError { _ = try Design(json: Data(design.utf8), file: "d.json") }
        == "d.json: has 40000 nodes (allowed: 32768)")
  }

  /// A key that is there twice is an error, and so is a number no computer holds; both say where.
  @Test func ambiguousJSONIsRefused() {
    let twice = inputError {
      _ = try JSONValue(parsing: Data("{\"a\": 1,\n \"\\u0061\": 2}".utf8), file: "x")
    }
    #expect(
      twice
        == "x: line 2, column 2: the key \"a\" is there twice\n  hint: keep the one that is meant")
    let large = inputError { _ = try JSONValue(parsing: Data("[1,\n 1e999]".utf8), file: "x") }
    #expect(large.hasPrefix("x: line 2, column 2: the number 1e999 is out of range"))
    #expect(throws: Never.self) {
      try JSONValue(parsing: Data("[{\"a\": {\"a\": \"a\"}}, {\"a\": 1}]".utf8), file: "x")
    }
  }

  /// What a file names lies below its own folder, unless that is allowed.
  @Test func filesNameOnlyTheirOwn() throws {
    try TestFiles.withTemporaryDirectory { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/in", withIntermediateDirectories: true)
      let original = try String(
        contentsOfFile: TestFiles.repository("configs/tfc-w1a1.json"), encoding: .utf8)
      let changed = original.replacingOccurrences(
        of: "\"tfc-w1a1.npz\"", with: "\"../tfc-w1a1.npz\"")
      #expect(changed != original)
      try Data(changed.utf8).write(to: URL(fileURLWithPath: "\(folder)/in/d.json"))
      try FileManager.default.copyItem(
        atPath: TestFiles.repository("configs/tfc-w1a1.npz"), toPath: "\(folder)/tfc-w1a1.npz")
      let refused = try CommandLineTool.run("\(folder)/in/d.json", "--fps")
      #expect(
        refused.status == 65 && refused.errors.contains("--allow-outside"), "\(refused.errors)")
      let allowed = try CommandLineTool.run("\(folder)/in/d.json", "--fps", "--allow-outside")
      #expect(allowed.status == 0, "\(allowed.errors)")
    }
  }
}
