import DataflowAnalysis
import Testing

struct FIFOEvidenceTests {
  /// What is too little for one stays too little with less anywhere, and tells nothing of more somewhere.
  @Test func coversAllThatIsLess() {
    var evidence = FIFOEvidence()
    #expect(!evidence.provesTooLittle([2, 2, 2]))
    evidence.add([4, 9, 2])
    for depths in [[4, 9, 2], [3, 9, 2], [2, 2, 2]] { #expect(evidence.provesTooLittle(depths)) }
    for depths in [[5, 9, 2], [4, 10, 2], [2, 2, 3]] { #expect(!evidence.provesTooLittle(depths)) }
    evidence.add([2, 2, 3])
    #expect(evidence.provesTooLittle([2, 2, 3]))
    #expect(!evidence.provesTooLittle([3, 2, 3]))
  }
}
