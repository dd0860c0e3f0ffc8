import CFSTText
import FoundationEssentials

/// GTKWave's FST as Verilator and other simulators write it. fstapi turns it into a value change dump of the
/// signals that are asked for, in a process of its own: it trusts what it reads.
struct FSTCapture {
  private let path: String

  /// Bytes of a dump; more than ten million cycles of a clock.
  private static let longestDump = 1 << 28

  /// Bytes of declarations; more than `VCDReader` takes signals.
  private static let longestHead = 1 << 25

  /// Blocks of a file: a byte that says what it is, and eight for its length.
  private enum Block: UInt8 {
    case header = 0
    case changes, blackout, geometry, hierarchy, aliasedChanges, hierarchyLZ4, hierarchyLZ4Twice
    case aliasedChanges2
    case wrapper = 254
    case skip = 255

    var isChanges: Bool { self == .changes || self == .aliasedChanges || self == .aliasedChanges2 }
    var isHierarchy: Bool {
      self == .hierarchy || self == .hierarchyLZ4 || self == .hierarchyLZ4Twice
    }
  }

  private static let headerLength = 329

  /// Whether `data` begins like an FST, whole or wrapped in gzip.
  static func recognises(_ data: Data) -> Bool {
    guard data.count >= 9, let kind = Block(rawValue: data[data.startIndex]) else { return false }
    return kind == .wrapper || kind == .header && length(in: data, at: 1) == headerLength
  }

  /// Throws `InputError` for a file that is cut off or was never closed.
  init(_ data: Data, path: String) throws {
    self.path = path
    try requireWhole(data)
  }

  /// fstapi takes a file that breaks off for a shorter one.
  private func requireWhole(_ data: Data) throws {
    var at = 0
    var (changes, hasGeometry, hasHierarchy) = (0, false, false)
    while at < data.count {
      guard at + 9 <= data.count, let kind = Block(rawValue: data[data.startIndex + at]) else {
        throw damaged("byte \(at)")
      }
      // fstapi unpacks it and checks what is inside.
      if kind == .wrapper, at == 0 { return }
      let length = Self.length(in: data, at: at + 1)
      guard length >= 8, length <= data.count - at - 1, (kind == .header) == (at == 0) else {
        throw damaged("byte \(at)")
      }
      if kind.isChanges { changes += 1 }
      hasGeometry = hasGeometry || kind == .geometry
      hasHierarchy = hasHierarchy || kind.isHierarchy
      at += 1 + length
    }
    // The header's count of sections, which its writer fills in at the end.
    guard hasGeometry, hasHierarchy, changes > 0,
      data.count >= 1 + Self.headerLength, Self.length(in: data, at: 65) == changes
    else { throw damaged(nil) }
  }

  private static func length(in data: Data, at offset: Int) -> Int {
    data[(data.startIndex + offset)..<(data.startIndex + offset + 8)]
      .reduce(0) { $0 > Int.max >> 9 ? Int.max >> 1 : $0 << 8 | Int($1) }
  }

  private func damaged(_ place: String?) -> InputError {
    InputError(
      "is damaged, or was not closed by what wrote it", file: path, at: place,
      hint: "let the simulation end by itself, or capture as VCD, which may break off")
  }

  /// What it declares, as the head of a dump.
  func declarations() throws -> Data { try text([], limit: Self.longestHead) }

  /// A dump with the changes of the signals called `codes` in `declarations`.
  func dump(of codes: [String]) throws -> Data {
    try text(codes.compactMap(Self.handle), limit: Self.longestDump)
  }

  /// fstapi's number of a signal from its code in a dump: digits of base 94 from 1 to 94, the lowest first.
  private static func handle(_ code: String) -> UInt32? {
    var (handle, unit) = (0, 1)
    for digit in code.utf8 {
      guard digit > 32, digit < 127, unit < 1 << 32 else { return nil }
      handle += (Int(digit) - 32) * unit
      unit *= 94
    }
    return UInt32(exactly: handle)
  }

  private func text(_ handles: [UInt32], limit: Int) throws -> Data {
    var bytes: UnsafeMutablePointer<CChar>?
    var size = 0
    switch Int(fst_text(path, handles, handles.count, limit, &bytes, &size)) {
    case FST_TEXT_OK: break
    case FST_TEXT_TOO_LONG where handles.isEmpty:
      throw InputError("declares more than \(limit >> 20) MB of signals", file: path)
    case FST_TEXT_TOO_LONG:
      throw InputError(
        "holds more changes of the signals taken than \(limit >> 20) MB of a dump",
        file: path, hint: "--map names fewer streams; or cut the capture")
    case FST_TEXT_TOO_SLOW:
      throw InputError(
        "could not be read in a minute; its disk does not answer", file: path,
        hint: "copy it to a local disk first")
    case FST_TEXT_FAILED:
      throw InputError("cannot be read now: no process or memory is to be had", file: path)
    default: throw damaged(nil)
    }
    guard let bytes else { throw damaged(nil) }
    return Data(bytesNoCopy: bytes, count: size, deallocator: .free)
  }
}
