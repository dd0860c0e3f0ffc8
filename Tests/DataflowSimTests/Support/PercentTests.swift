import DataflowAnalysis
import Testing

/// Shares as a person reads them.
@Suite struct PercentTests {
  /// 91.25 lies in the middle: C's formats make 91.2 of it, a browser 91.3.
  @Test func aTieGoesUp() {
    #expect((73.0 / 80).percent() == "91.3 %")
    #expect(0.125.percent(digits: 0) == "13 %" && 0.105.percent(digits: 0) == "11 %")
  }

  @Test func digitsAreThoseAskedFor() {
    #expect(0.0.percent() == "0.0 %" && 1.0.percent() == "100.0 %" && 0.9999.percent() == "100.0 %")
    #expect(0.70503.percent(digits: 2) == "70.50 %" && 12.0.percent(digits: 0) == "1200 %")
    #expect((-0.0821).percent() == "-8.2 %")
  }

  @Test func whatIsNoNumberIsNoTrap() {
    #expect(Double.infinity.percent() == "inf %" && Double.nan.percent() == "nan %")
    #expect(1e300.percent().hasSuffix(" %"))
  }
}
