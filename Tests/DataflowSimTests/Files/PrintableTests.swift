import SimModel
import Testing

/// Names that somebody else chose do nothing but stand there.
@Suite struct PrintableTests {
  /// A runner cuts any white space off before it looks for a command.
  @Test(arguments: ["", " ", "\u{A0}", "\u{2003}", "\u{3000}", " \u{1680} "])
  func aCommandOfARunnerIsNone(_ space: String) {
    let shown = (space + "::error::x").printable
    #expect(shown != space + "::error::x")
    #expect(!shown.drop(while: \.isWhitespace).hasPrefix("::"), "\(shown)")
  }

  @Test func fieldsOfATableAreTexts() {
    #expect("MVAU_hls_0_out0".csvField == "MVAU_hls_0_out0")
    #expect(#"a,"b""#.csvField == #""a,""b""""#)
    #expect("a\r\nb".csvField == "\"a\r\nb\"")
    for formula in ["=1+1", "+1", "-1", "@SUM(1)"] { #expect(formula.csvField == "'" + formula) }
    #expect("=f(1,2)".csvField == "\"'=f(1,2)\"")
  }
}
