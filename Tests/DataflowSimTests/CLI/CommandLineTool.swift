import Foundation

/// The built `simrun`, run as a person runs it.
enum CommandLineTool {
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  struct NotBuilt: Error {}

  /// The executable beside the test bundle, wherever the package was built.
  private static func executable() throws -> URL {
    let candidates =
      CommandLine.arguments + [Bundle.main.bundlePath] + Bundle.allBundles.map(\.bundlePath)
    for path in candidates where path.contains(".build") {
      var folder = URL(fileURLWithPath: path)
      while folder.path.contains(".build") {
        let file = folder.appendingPathComponent("simrun")
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: file.path, isDirectory: &isDirectory),
          !isDirectory.boolValue
        {
          return file
        }
        folder.deleteLastPathComponent()
      }
    }
    for configuration in ["release", "debug"] {
      let path = TestFiles.repository(".build/\(configuration)/simrun")
      if FileManager.default.isExecutableFile(atPath: path) { return URL(fileURLWithPath: path) }
    }
    throw NotBuilt()
  }

  /// Runs `simrun` in `folder` with standard output and error caught in files.
  static func run(_ arguments: [String], in folder: String) throws -> Outcome {
    let name = UUID().uuidString
    let files = ["out", "err"].map { "\(folder)/.\(name).\($0)" }
    for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
    let process = Process()
    process.executableURL = try executable()
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = FileHandle(forWritingAtPath: files[0])
    process.standardError = FileHandle(forWritingAtPath: files[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      output: try String(contentsOfFile: files[0], encoding: .utf8),
      errors: try String(contentsOfFile: files[1], encoding: .utf8))
  }
}
