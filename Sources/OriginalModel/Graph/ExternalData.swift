import FoundationEssentials
import ONNXFormat
import SimModel

/// Where a tensor's data lies when it is kept beside the model.
///
/// A model is somebody else's file: its data may be below its own folder and nowhere else.
struct ExternalData {
  private let location: String
  private let offset: Int
  private let length: Int?
  private let folder: String

  init(_ entries: [ONNXStringStringEntryProto], folder: String) throws {
    let values = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
    guard let location = values["location"], !location.isEmpty else {
      throw InputError("keeps its data in another file, but names none")
    }
    func number(_ key: String) throws -> Int? {
      guard let text = values[key] else { return nil }
      guard let number = Int(text), number >= 0 else {
        throw InputError("'\(text)' is no \(key) of external data")
      }
      return number
    }
    self.location = location
    self.folder = folder
    offset = try number("offset") ?? 0
    length = try number("length")
  }

  func read() throws -> Data {
    let data: Data
    let path = try place()
    guard FileManager.default.fileExists(atPath: path) else {
      throw InputError(
        "its data is in '\(location)', which is not beside the model",
        hint:
          "copy that file from where the model was exported into \(folder.isEmpty ? "." : folder)")
    }
    data = try InputFile.read(path)
    let end = length.map { offset.addingReportingOverflow($0) }
    guard offset <= data.count, end.map({ !$0.overflow && $0.partialValue <= data.count }) ?? true
    else {
      throw InputError(
        "its data is said to end at byte \(end?.partialValue ?? offset) of '\(location)', which has "
          + "\(data.count)", hint: "is the file truncated?")
    }
    let start = data.startIndex + offset
    return data[start..<(length.map { start + $0 } ?? data.endIndex)]
  }

  /// The file, links followed; it must lie below the model's folder.
  private func place() throws -> String {
    let base = URL(fileURLWithPath: folder.isEmpty ? "." : folder).resolvingSymlinksInPath()
    let file = base.appendingPathComponent(location).resolvingSymlinksInPath().standardizedFileURL
    guard !location.hasPrefix("/"), file.path.hasPrefix(base.standardizedFileURL.path + "/") else {
      throw InputError(
        "its data is said to be in '\(location)', outside the model's folder",
        hint: "external data is read from the model's folder and below only")
    }
    return file.path
  }
}
