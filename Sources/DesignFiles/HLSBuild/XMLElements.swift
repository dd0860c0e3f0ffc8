import CExpat
import DataflowSim
import Foundation

/// An XML file as plain elements, read in one pass with bounds on depth and number.
///
/// Attributes, comments and processing instructions are left out: reports of HLS have none that matter.
struct XMLElements {
  struct Element {
    var name: String
    /// The element's own text without white space at its ends.
    var text = ""
    var children: [Element] = []

    /// The first child of that name.
    subscript(name: String) -> Element? { children.first { $0.name == name } }

    /// The first element of that name here or below.
    func find(_ name: String) -> Element? {
      if self.name == name { return self }
      for child in children {
        if let found = child.find(name) { return found }
      }
      return nil
    }
  }

  static let deepest = 64
  static let most = 500_000

  let root: Element

  /// Throws `InputError` with the line at which the text is no XML or ends early.
  init(_ data: Data) throws {
    guard let count = Int32(exactly: data.count), let parser = XML_ParserCreate("UTF-8") else {
      throw InputError("is too large to read")
    }
    defer { XML_ParserFree(parser) }
    let builder = Builder(parser)
    let isWhole = withExtendedLifetime(builder) {
      data.withUnsafeBytes { bytes in
        let text = bytes.bindMemory(to: CChar.self)
        return XML_Parse(parser, text.baseAddress, count, 1) == XML_STATUS_OK
      }
    }
    if let refusal = builder.refusal { throw refusal }
    guard isWhole, let root = builder.root else {
      throw InputError(
        "is not complete XML", at: "line \(max(XML_GetCurrentLineNumber(parser), 1))",
        hint: "is the file truncated?")
    }
    self.root = root
  }

  /// Takes what the parser calls back with.
  private final class Builder {
    private let parser: XML_Parser
    private var open: [Element] = []
    private(set) var root: Element?
    private(set) var refusal: InputError?
    private var count = 0

    init(_ parser: XML_Parser) {
      self.parser = parser
      XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
      XML_SetElementHandler(
        parser, { data, name, _ in Builder.of(data).start(String(cString: name!)) },
        { data, _ in Builder.of(data).end() })
      XML_SetCharacterDataHandler(parser) { data, text, count in
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
        Builder.of(data).add(String(decoding: bytes, as: UTF8.self))
      }
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> Builder {
      Unmanaged<Builder>.fromOpaque(data!).takeUnretainedValue()
    }

    private func start(_ name: String) {
      count += 1
      guard refusal == nil else { return }
      guard open.count < deepest, count <= most else {
        refusal = InputError(
          "is no report of HLS: more than \(deepest) elements deep or \(most) in all",
          at: "line \(XML_GetCurrentLineNumber(parser))")
        XML_StopParser(parser, 0)
        return
      }
      open.append(Element(name: name))
    }

    private func add(_ text: String) {
      guard !open.isEmpty else { return }
      open[open.count - 1].text += text
    }

    private func end() {
      guard refusal == nil, var element = open.popLast() else { return }
      element.text = element.text.trimmingCharacters(in: .whitespacesAndNewlines)
      if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }
  }
}
