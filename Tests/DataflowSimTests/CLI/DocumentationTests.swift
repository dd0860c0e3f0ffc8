import Foundation
import Testing

/// The documents show what the commands really print.
///
/// In a fence marked `console`, a line that starts with `$ ` is a command and the lines up to the
/// next one are its output. `SIMRUN_RECORD=1 swift test …` writes the present output instead.
@Suite struct DocumentationTests {
  private static let documents = [
    "README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/my-board-hangs.md", "docs/faults.md",
    "docs/transformers.md",
    "docs/from-a-finn-build.md", "docs/my-bits-are-wrong.md",
  ]

  @Test(arguments: documents)
  func consoleBlocksAreCurrent(file: String) throws {
    let path = TestFiles.repository(file)
    let text = String(decoding: try TestFiles.data(path), as: UTF8.self)
    let current = try recorded(text)
    if ProcessInfo.processInfo.environment["SIMRUN_RECORD"] != nil {
      try Data(current.utf8).write(to: URL(fileURLWithPath: path))
      return
    }
    let lines = zip(text.split(separator: "\n"), current.split(separator: "\n"))
    let difference = lines.first { $0 != $1 }.map { "says '\($0)', prints '\($1)'" }
    #expect(text == current, "\(file) \(difference ?? "")")
  }

  /// `text` with the output of every command as it is now.
  private func recorded(_ text: String) throws -> String {
    var lines: [String] = []
    var isConsole = false
    var status: Int32 = 0
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") { isConsole = line == "```console" }
      if isConsole, line.hasPrefix("$ ") {
        lines.append(line)
        lines += try output(of: String(line.dropFirst(2)), &status)
      } else if !isConsole || line.hasPrefix("```") {
        lines.append(line)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// What a terminal would show: results and messages. `echo $?` is the last command's exit code.
  private func output(of command: String, _ status: inout Int32) throws -> [String] {
    if command == "echo $?" { return ["\(status)"] }
    let result = try CommandLineTool.shell(command)
    status = result.status
    return (result.errors + result.output).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
  }
}
