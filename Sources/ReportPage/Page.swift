import CPageParts
import DataflowAnalysis
import Foundation

/// A result as one HTML file that needs nothing else: style, scripts and data are inside, and nothing is ever
/// fetched.
///
/// The data is one JSON block, `<script id="data" type="application/json">`, with `kind`, `schemaVersion` and
/// `simrunVersion`, so that other programs can read a page too. What the page shows of it is made by the
/// scripts in `CPageParts/page`, as text and never as markup: names from files cannot do anything.
public struct Page<Document: Encodable> {
  /// Of the window.
  public let title: String
  /// The data that the page shows, one JSON block.
  public let document: Document
  private let parts: [PagePart]

  init(title: String, document: Document, parts: [PagePart]) {
    self.title = title
    self.document = document
    self.parts = parts
  }

  /// The file's contents.
  public func html() throws -> Data {
    let json = try JSONText(encoding: document).indented
    var text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
      form-action 'none'">
      <meta name="generator" content="simrun">
      <title>\(Self.escaped(title))</title>
      <style>

      """
    text += Self.text(pageStyle())
    text += """
      </style></head>
      <body>
      <div id="page"><noscript>This page draws its pictures with scripts of its own; the data is in the \
      element <code>data</code>.</noscript></div>
      <script type="application/json" id="data">
      """
    text += Self.inScript(json)
    text += "</script>\n<script type=\"module\">\n"
    for part in [pageKit()] + parts { text += Self.text(part) }
    text += "\n</script>\n</body></html>\n"
    return Data(text.utf8)
  }

  private static func text(_ part: PagePart) -> String {
    String(decoding: UnsafeBufferPointer(start: part.bytes, count: part.count), as: UTF8.self)
  }

  /// JSON inside a script element: no tag may begin in it.
  private static func inScript(_ json: String) -> String {
    json.replacingOccurrences(of: "<", with: "\\u003c")
  }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}
