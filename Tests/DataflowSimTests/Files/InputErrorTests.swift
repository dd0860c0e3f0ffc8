import DataflowAnalysis
import Testing

@Suite struct InputErrorTests {
  @Test func nearestNamesForgiveSwapsAndCase() {
    let names = ["PE", "SIMD", "UINT8", "INT8", "numInputVectors"]
    #expect(nearestName(to: "simd", among: names) == "SIMD")
    #expect(nearestName(to: "UNIT8", among: names) == "UINT8")
    #expect(nearestName(to: "numInputVector", among: names) == "numInputVectors")
    #expect(nearestName(to: "k", among: names) == nil)
    #expect(nearestName(to: "completely", among: names) == nil)
    #expect(nearestName(to: "", among: names) == nil)
  }

  @Test func saysFilePlaceMessageAndHint() {
    let error = InputError("3 is odd", at: "attribute 'PE'", hint: "take 4").at("node 'a'").inFile(
      "f")
    #expect(error.description == "f: node 'a', attribute 'PE': 3 is odd\n  hint: take 4")
  }
}
