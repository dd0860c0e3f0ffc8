import Testing

/// Who uses the library, or reads a result or its schema, finds out what each declaration means.
@Suite struct PublicDeclarationTests {
  /// What Swift's own protocols ask for, and says what it is.
  private static let ofSwift: Set = [
    "description", "debugDescription", "encode", "hash", "==", "<", "errorDescription", "next",
  ]

  /// The names that `public` and `package` protocols declare: they are explained there.
  static func witnesses(_ text: String) -> Set<String> {
    var names: Set<String> = []
    var isInside = false
    for line in text.split(separator: "\n") {
      if line.prefixMatch(of: #/(?:public |package )?protocol\s/#) != nil { isInside = true }
      if isInside, let found = line.prefixMatch(of: /\s*(?:static |mutating )*(?:var|func)\s+(\w+)/)
      {
        names.insert(String(found.1))
      }
      if line.hasPrefix("}") { isInside = false }
    }
    return names
  }

  /// Public declarations without a comment, cases aside; one comment may speak for the members right
  /// below it.
  static func undocumented(_ text: String, besides known: Set<String> = []) -> [String] {
    var isDocumented = false
    var found: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let code = line.drop { $0 == " " }
      if code.hasPrefix("///") {
        isDocumented = true
      } else if let (kind, name) = declaration(code) {
        let isWitness = known.contains(name) || code.contains("init(from decoder")
        if !isDocumented, !isWitness { found.append(String(code)) }
        let isMember = kind == "var" || kind == "let"
        isDocumented = isDocumented && isMember && !code.hasSuffix("{")
      } else {
        isDocumented = isDocumented && code.hasPrefix("@")
      }
    }
    return found
  }

  private static func declaration(_ code: Substring) -> (kind: Substring, name: String)? {
    let pattern =
      #/
      public\s
      (?:(?:static|private\(set\)|internal\(set\)|package\(set\)|mutating|indirect|convenience
        |final|nonisolated|prefix)\s)*
      (var|let|func|init|struct|enum|class|protocol|typealias|subscript)\b[?]?\s*
      (\w+|[=<+*%|&-]+)?
      /#
    guard let found = code.prefixMatch(of: pattern) else { return nil }
    return (found.1, found.1 == "init" ? "init" : String(found.2 ?? ""))
  }

  @Test func everyPublicDeclarationIsDocumented() throws {
    let files = MarkdownPage.files(in: ["Sources"]) {
      $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift")
    }
    let texts = try files.map { try MarkdownPage($0).text }
    let known = texts.reduce(Self.ofSwift) { $0.union(Self.witnesses($1)) }
    #expect(files.count > 300 && known.contains("outputs"))
    for (file, text) in zip(files, texts) {
      let missing = Self.undocumented(text, besides: known)
      #expect(missing.isEmpty, "\(file): \(missing)")
    }
  }

  /// A result's members have comments even where their names are those of a protocol's.
  @Test func everyMemberOfAResultIsDocumented() throws {
    var results = 0
    for file in MarkdownPage.files(in: ["Sources"], where: { $0.hasSuffix(".swift") }) {
      let text = try MarkdownPage(file).text
      guard text.contains(": ResultDocument") else { continue }
      results += 1
      let missing = Self.undocumented(text, besides: ["init", "kind", "summary", "schemaVersion"])
      #expect(missing.isEmpty, "\(file): \(missing)")
    }
    #expect(results > 10)
  }

  @Test func whatIsMissingIsFound() {
    let text = "/// A.\n  public var a: Int\n  public var b: Int\n\n  public var c: Int\n"
    #expect(Self.undocumented(text) == ["public var c: Int"])
    let more =
      "  /// F.\n  public func f() {\n  public init(_ x: Int) {\n  public static func + (a: A, b: A)"
    #expect(Self.undocumented(more).count == 2)
    #expect(Self.undocumented(more, besides: ["init", "+"]).isEmpty)
    let names = Self.witnesses("public protocol P {\n  static var a: Int { get }\n}\nvar b = 1\n")
    #expect(names == ["a"])
  }
}
