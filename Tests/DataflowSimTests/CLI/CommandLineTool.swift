import Foundation
import Testing

/// The built `simrun`, run as a user runs it.
enum CommandLineTool {
  typealias Outcome = Result

  struct Result {
    var status: Int32
    var output: String
    var errors: String

    /// Standard output as a JSON object; empty when it is none.
    var json: [String: Any] {
      let value = try? JSONSerialization.jsonObject(with: Data(output.utf8))
      return value as? [String: Any] ?? [:]
    }
  }

  /// The binary of this build: tests and tool are built together.
  static let path: String = {
    #if DEBUG
      TestFiles.repository(".build/debug/simrun")
    #else
      TestFiles.repository(".build/release/simrun")
    #endif
  }()

  /// Runs `simrun` with `arguments` from the root of the repository.
  static func run(_ arguments: String..., in folder: String? = nil) throws -> Result {
    try run(path, arguments, in: folder)
  }

  /// The same with a list.
  static func run(_ arguments: [String], in folder: String? = nil) throws -> Result {
    try run(path, arguments, in: folder)
  }

  /// Runs a shell command in which `./simrun` is the built tool.
  static func shell(_ command: String) throws -> Result {
    let line = command.replacingOccurrences(of: "./simrun", with: "'\(path)'")
    return try run("/bin/sh", ["-c", line], in: nil)
  }

  static func run(_ tool: String, _ arguments: [String], in folder: String?) throws
    -> Result
  {
    // Files, not pipes: nothing blocks, however much is printed.
    try TestFiles.withTemporaryDirectory { place in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: tool)
      process.arguments = arguments
      process.currentDirectoryURL = URL(fileURLWithPath: folder ?? TestFiles.repository(""))
      process.standardInput = FileHandle.nullDevice
      let files = try ["out", "err"].map { name in
        _ = FileManager.default.createFile(atPath: "\(place)/\(name)", contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: "\(place)/\(name)"))
      }
      process.standardOutput = files[0]
      process.standardError = files[1]
      try process.run()
      process.waitUntilExit()
      func text(_ name: String) throws -> String {
        String(decoding: try TestFiles.data("\(place)/\(name)"), as: UTF8.self)
      }
      let result = Result(
        status: process.terminationStatus, output: try text("out"), errors: try text("err"))
      if arguments.contains("--json"), !result.output.isEmpty {
        let problems = DocumentSchemaTests.problems(result.output)
        #expect(problems.isEmpty, "\(arguments): \(problems.prefix(4))")
      }
      return result
    }
  }
}
