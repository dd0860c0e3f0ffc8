import Foundation

/// Tests that run `simrun` in a folder of their own.
protocol CommandTests {}

extension CommandTests {
  static func config(_ name: String) -> String {
    TestFiles.repository("configs/ci/\(name)")
  }

  /// Runs `body` in an empty folder.
  func inFolder(_ body: (String, (String...) throws -> CommandLineTool.Outcome) throws -> Void)
    throws
  {
    try TestFiles.withTemporaryDirectory { folder in
      try body(folder) { try CommandLineTool.run($0, in: folder) }
    }
  }

  func write(_ text: String, _ name: String, in folder: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  func text(_ name: String, in folder: String) throws -> String {
    String(decoding: try TestFiles.data("\(folder)/\(name)"), as: UTF8.self)
  }
}
