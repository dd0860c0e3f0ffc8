/// Reads JSON text (RFC 8259) in one pass over its bytes, with bounds on depth and number of values.
///
/// Foundation's parser tells neither a repeated key nor where a number out of range stands, and takes ten
/// times the memory of what it returns; a file of a stranger may be made for that.
struct JSONParser {
  /// Why a text is refused, and the offset of the byte at which that shows.
  struct Refusal: Error {
    var message: String
    var hint: String?
    var offset: Int
  }

  static let deepest = 512
  /// Values of a document, those in lists and objects counted one by one.
  static let most = 1 << 20

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0
  private var count = 0

  /// The value that the text is. Throws `Refusal`.
  static func parse(_ bytes: UnsafeRawBufferPointer) throws -> JSONValue {
    var parser = JSONParser(bytes: bytes.bindMemory(to: UInt8.self))
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw parser.invalid("text behind the end of the document")
    }
    return value
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The byte at the position; nil at the end.
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func invalid(_ what: String, at offset: Int? = nil) -> Refusal {
    let isEnd = (offset ?? position) >= bytes.count
    return Refusal(
      message: "is not valid JSON: \(what)\(isEnd ? ", but the text ends" : "")",
      offset: min(offset ?? position, bytes.count))
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func value() throws -> JSONValue {
    skipSpace()
    count += 1
    guard count <= Self.most else {
      throw Refusal(
        message: "has more than \(Self.most) values", hint: "arrays belong into a .npz",
        offset: position)
    }
    switch next {
    case UInt8(ascii: "{"): return try nested { try $0.object() }
    case UInt8(ascii: "["): return try nested { try $0.list() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw invalid("expected a value")
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws -> JSONValue {
    let end = position + text.utf8CodeUnitCount
    let isThere =
      end <= bytes.count
      && bytes[position..<end].elementsEqual(
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    guard isThere else { throw invalid("expected a value") }
    position = end
    return value
  }

  private mutating func nested(_ body: (inout JSONParser) throws -> JSONValue) throws -> JSONValue {
    guard depth < Self.deepest else {
      throw Refusal(message: "is nested deeper than \(Self.deepest) levels", offset: position)
    }
    depth += 1
    position += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func list() throws -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value())
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw invalid("expected , or ] in a list") }
    }
  }

  private mutating func object() throws -> JSONValue {
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw invalid("expected a key in quotes") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw invalid("expected : behind a key") }
      let value = try self.value()
      guard members.updateValue(value, forKey: key) == nil else {
        throw Refusal(
          message: "the key \(JSONValue.quoted(key)) is there twice",
          hint: "keep the one that is meant", offset: start)
      }
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw invalid("expected , or } in an object") }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }
}

// MARK: Strings

extension JSONParser {
  /// The string whose opening quote is at the position.
  private mutating func string() throws -> String {
    let opening = position
    position += 1
    var start = position
    var text = ""
    while true {
      guard let byte = next else { throw invalid("a string does not end") }
      switch byte {
      case UInt8(ascii: "\""):
        let part = try plain(start..<position)
        position += 1
        return start == opening + 1 ? part : text + part
      case UInt8(ascii: "\\"):
        text += try plain(start..<position)
        text.unicodeScalars.append(try escaped())
        start = position
      case 0..<0x20: throw invalid("a control character in a string; write it as \\u00…")
      default: position += 1
      }
    }
  }

  private func plain(_ range: Range<Int>) throws -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw invalid("a string is not UTF-8", at: range.lowerBound)
    }
    return text
  }

  /// The character that the escape at the position stands for.
  private mutating func escaped() throws -> Unicode.Scalar {
    let start = position
    position += 2
    guard position <= bytes.count else { throw invalid("an escape does not end") }
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw invalid("an unknown escape in a string", at: start)
    }
    var code = try hexadecimal(start)
    if (0xD800..<0xDC00).contains(code), take("\\") {
      guard take("u") else { throw invalid("half of a surrogate pair", at: start) }
      let low = try hexadecimal(start)
      guard (0xDC00..<0xE000).contains(low) else {
        throw invalid("half of a surrogate pair", at: start)
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw invalid("half of a surrogate pair", at: start)
    }
    return scalar
  }

  private mutating func hexadecimal(_ start: Int) throws -> UInt32 {
    guard position + 4 <= bytes.count else { throw invalid("an escape does not end", at: start) }
    var code: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw invalid("\\u needs four hexadecimal digits", at: start)
      }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }
}

// MARK: Numbers

extension JSONParser {
  private mutating func number() throws -> JSONValue {
    let start = position
    let isNegative = take("-")
    let first = position
    skipDigits()
    guard position > first, bytes[first] != UInt8(ascii: "0") || position == first + 1 else {
      throw invalid("a number begins with a digit, and with 0 only if that is all", at: start)
    }
    var isWhole = true
    if take(".") {
      isWhole = false
      let fraction = position
      skipDigits()
      guard position > fraction else { throw invalid("expected digits behind the point") }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      let exponent = position
      skipDigits()
      guard position > exponent else { throw invalid("expected digits in an exponent") }
    }
    if isWhole, let value = whole(bytes[first..<position], isNegative) { return .int(value) }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw Refusal(
        message:
          "the number \(text.shortened(to: 60)) is out of range (allowed: up to 1.8e308 in size)",
        offset: start)
    }
    return .number(value)
  }

  private mutating func skipDigits() {
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
  }

  /// The number, if 64 bits hold it.
  private func whole(_ digits: Slice<UnsafeBufferPointer<UInt8>>, _ isNegative: Bool) -> Int? {
    var value = 0
    for byte in digits {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let digit = Int(byte - UInt8(ascii: "0"))
      let (sum, carry) = tens.addingReportingOverflow(isNegative ? -digit : digit)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }
}
