import DataflowSim
import Foundation
import Testing

/// JSON is read exactly, says where it is wrong, and costs what it says.
@Suite struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Data(text.utf8), file: "x")
  }

  @Test func everyKindOfValueIsRead() throws {
    let value = try parse(
      """
      \u{FEFF} {"a": [1, -2, 0, -0, 9223372036854775807, -9223372036854775808], "b": {"c": null},
       "d": [true, false], "e": [1.5, 1e3, -2E-2, 1.0, 9223372036854775808], "": "", "l": [], "o": {}}
      """)
    #expect(
      value
        == .object([
          "a": .array([.int(1), .int(-2), .int(0), .int(0), .int(.max), .int(.min)]),
          "b": .object(["c": .null]), "d": .array([.bool(true), .bool(false)]),
          "e": .array([
            .number(1.5), .number(1000), .number(-0.02), .number(1), .number(9223372036854775808),
          ]), "": .string(""), "l": .array([]), "o": .object([:]),
        ]))
  }

  @Test func escapesAreCharacters() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é😀""#)
        == .string("\"\\/\u{8}\u{C}\n\r\té😀é😀"))
  }

  /// Text, and what the message says of it.
  @Test(arguments: [
    ("", "is empty"),
    (" ", "line 1, column 2: is not valid JSON: expected a value, but the text ends"),
    ("{\"a\": 1,\n \"\\u0061\": 2}", "line 2, column 2: the key \"a\" is there twice"),
    ("[1,\n 1e999]", "line 2, column 2: the number 1e999 is out of range"),
    ("[1,]", "column 4: is not valid JSON: expected a value"),
    ("[1 2]", "column 4: is not valid JSON: expected , or ] in a list"),
    ("{\"a\" 1}", "column 6: is not valid JSON: expected : behind a key"),
    ("{a: 1}", "column 2: is not valid JSON: expected a key in quotes"),
    ("{\"a\": 1", "expected , or } in an object, but the text ends"),
    ("[01]", "a number begins with a digit"), ("[-]", "a number begins with a digit"),
    ("[1.]", "expected digits behind the point"), ("[1e]", "expected digits in an exponent"),
    ("\"\\ud800\"", "half of a surrogate pair"), ("\"\\ud800\\u0041\"", "half of a surrogate pair"),
    ("\"\\x\"", "an unknown escape"), ("\"\\u12g4\"", "four hexadecimal digits"),
    ("\"\\u12", "an escape does not end"), ("\"a", "a string does not end"),
    ("\"a\nb\"", "a control character"), ("nul", "expected a value"), ("NaN", "expected a value"),
    ("[1] x", "column 5: is not valid JSON: text behind the end of the document"),
  ])
  func whatIsWrongIsSaidWithItsPlace(_ text: String, _ message: String) {
    let error = inputError { _ = try parse(text) }
    #expect(error.contains(message), "\(error)")
  }

  @Test func bytesThatAreNoTextAreRefused() {
    let error = inputError {
      _ = try JSONValue(parsing: Data([0x5B, 0x22, 0xFF, 0xFE, 0x22, 0x5D]), file: "x")
    }
    #expect(error.contains("a string is not UTF-8"))
  }

  /// What PowerShell redirects into a file.
  @Test func textInUTF16IsRead() throws {
    let text = "{\"name\": \"é\"}"
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
      let mark: [UInt8] = encoding == .utf16LittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
      let data = Data(mark) + (try #require(text.data(using: encoding)))
      #expect(try JSONValue(parsing: data, file: "x") == .object(["name": .string("é")]))
    }
  }

  @Test func depthNumberAndLengthAreBounded() throws {
    let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    #expect(throws: Never.self) { try parse(deep) }
    #expect(inputError { _ = try parse("[" + deep + "]") }.contains("nested deeper than 512"))
    let many = "[" + String(repeating: "0,", count: 1 << 20) + "0]"
    #expect(inputError { _ = try parse(many) }.contains("has more than 1048576 values"))
    let long = Data(repeating: 0x20, count: 1 << 25 + 1)
    #expect(inputError { _ = try JSONValue(parsing: long, file: "x") }.contains("JSON may have"))
  }

  /// A value of the wrong kind is shown by its beginning, however long it is.
  @Test func longValuesAreShownByTheirBeginning() throws {
    let list = "[" + (0..<100_000).map(String.init).joined(separator: ", ") + "]"
    let error = inputError {
      _ = try Design(json: Data("{\"format\": \(list)}".utf8), file: "d.json")
    }
    #expect(error.contains("[0, 1, 2") && error.contains("…") && error.utf8.count < 300, "\(error)")
  }
}
