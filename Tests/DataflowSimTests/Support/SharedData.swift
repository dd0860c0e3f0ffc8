import Foundation

/// Recorded data too large for the repository, expected in a folder `shared` beside it. Tests that
/// use it also have a smaller committed set, and run on that alone when the folder is missing.
enum SharedData {
  static func folder(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared/\(name)")
  }
}
