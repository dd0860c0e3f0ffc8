import DataflowAnalysis
import GRDB

/// A row of a sweep's points, read without believing it: any column of a SQLite file may hold any
/// kind of value.
struct StoredPoint {
  private enum Column: Int {
    case address, ordinal, point, status, cycles, fps, latency, lut, bram18, uram, dsp, fits,
      message
    case seconds
  }

  private let row: Row
  private let file: String

  /// A row of `SweepSchema.selection`.
  init(_ row: Row, _ file: String) {
    self.row = row
    self.file = file
  }

  /// Throws `InputError` with row and column when a value is none that simrun writes.
  func entry() throws -> SweepDatabase.Entry {
    SweepDatabase.Entry(
      address: try address(), ordinal: try int(.ordinal), point: try text(.point),
      result: try result(), seconds: try real(.seconds))
  }

  private func result() throws -> SweepResult {
    let name = try text(.status)
    guard let status = SweepResult.Status(rawValue: name) else {
      throw error(.status, "'\(name)' is no status (allowed: complete, stops, refused)")
    }
    var result = SweepResult(status: status)
    result.cyclesPerFrame = try real(.cycles)
    result.framesPerSecond = try real(.fps)
    result.latency = try int(.latency)
    result.resources = Resources(
      lut: try int(.lut), bram18: try int(.bram18), uram: try int(.uram), dsp: try int(.dsp))
    result.fits = try flag(.fits)
    result.message = try text(.message)
    return result
  }

  /// Addresses become parts of file names, so they are what `contentAddress` makes and nothing else.
  private func address() throws -> String {
    let text = try text(.address)
    guard text.utf8.count == 32, text.utf8.allSatisfy(Self.isHexDigit) else {
      throw error(.address, "'\(text)' is no address of a point (32 hexadecimal digits)")
    }
    return text
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  private func value(_ column: Column) -> DatabaseValue { row[column.rawValue] }

  private func text(_ column: Column) throws -> String {
    guard case .string(let text) = value(column).storage else { throw wrong(column, "a text") }
    return text
  }

  private func int(_ column: Column) throws -> Int {
    guard case .int64(let number) = value(column).storage, number >= 0 else {
      throw wrong(column, "a whole number from 0 on")
    }
    return Int(number)
  }

  private func real(_ column: Column) throws -> Double {
    switch value(column).storage {
    case .int64(let number) where number >= 0: return Double(number)
    case .double(let number) where number >= 0 && number.isFinite: return number
    default: throw wrong(column, "a finite number from 0 on")
    }
  }

  private func flag(_ column: Column) throws -> Bool? {
    switch value(column).storage {
    case .null: return nil
    case .int64(0): return false
    case .int64(1): return true
    default: throw wrong(column, "0, 1 or NULL")
    }
  }

  private func wrong(_ column: Column, _ allowed: String) -> InputError {
    let found = String(value(column).description.prefix(60))
    return error(column, "\(found) is not allowed (allowed: \(allowed))")
  }

  private func error(_ column: Column, _ message: String) -> InputError {
    let name = value(.address).description.prefix(40)
    return InputError(
      message, file: file, at: "point \(name), column '\(column)'",
      hint: "something other than simrun changed this file; start a new one")
  }
}
