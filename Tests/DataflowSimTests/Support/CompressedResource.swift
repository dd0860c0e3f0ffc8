import CZstd
import Foundation

/// Test data committed as zstd files under `Resources/`.
enum CompressedResource {
  struct Failure: Error { let name: String }

  static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Resources/\(name)")
  }

  /// The content of `Resources/<name>` unpacked; the frame states its size.
  static func data(_ name: String) throws -> Data {
    let packed = try Data(contentsOf: url(name))
    let size = packed.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
    guard size < 1 << 30 else { throw Failure(name: name) }
    var unpacked = Data(count: Int(size))
    let written = unpacked.withUnsafeMutableBytes { target in
      packed.withUnsafeBytes {
        ZSTD_decompress(target.baseAddress, target.count, $0.baseAddress, $0.count)
      }
    }
    guard ZSTD_isError(written) == 0, written == Int(size) else { throw Failure(name: name) }
    return unpacked
  }
}
