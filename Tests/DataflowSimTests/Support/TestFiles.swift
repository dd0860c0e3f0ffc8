import Foundation

/// Where tests find their files, independent of where they run.
enum TestFiles {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A file committed with the tests.
  static func resource(_ name: String) -> String {
    root.appendingPathComponent("Tests/DataflowSimTests/Resources/\(name)").path
  }

  /// A file of the repository.
  static func repository(_ name: String) -> String { root.appendingPathComponent(name).path }

  /// A file of the large shared collection beside the repository; `nil` where that is missing.
  static func shared(_ name: String) -> String? {
    let path = root.deletingLastPathComponent().appendingPathComponent("shared/\(name)").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  static func data(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  /// Runs `body` with a directory of its own, removed afterwards.
  static func withTemporaryDirectory<R>(_ body: (String) throws -> R) throws -> R {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "simrun-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }
}
