import DataflowSim
import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

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
    let parser = XMLParser(data: data)
    parser.shouldResolveExternalEntities = false
    let builder = Builder()
    parser.delegate = builder
    let isWhole = parser.parse()
    if let refusal = builder.refusal { throw refusal }
    guard isWhole, let root = builder.root else {
      throw InputError(
        "is not complete XML", at: "line \(max(parser.lineNumber, 1))",
        hint: "is the file truncated?")
    }
    self.root = root
  }

  private final class Builder: NSObject, XMLParserDelegate {
    var open: [Element] = []
    var root: Element?
    var refusal: InputError?
    private var count = 0

    func parser(
      _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      count += 1
      guard open.count < deepest, count <= most else {
        refusal =
          refusal
          ?? InputError(
            "is no report of HLS: more than \(deepest) elements deep or \(most) in all",
            at: "line \(parser.lineNumber)")
        return parser.abortParsing()
      }
      open.append(Element(name: elementName))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      guard !open.isEmpty else { return }
      open[open.count - 1].text += string
    }

    func parser(
      _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
      qualifiedName: String?
    ) {
      guard var element = open.popLast() else { return }
      element.text = element.text.trimmingCharacters(in: .whitespacesAndNewlines)
      if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }
  }
}
