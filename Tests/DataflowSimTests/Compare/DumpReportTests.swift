import DataflowAnalysis
import Foundation
import Testing

/// A board's output dump, judged by what the design computes.
@Suite struct DumpReportTests {
  private static let frames = 6

  /// A matrix of 4 inputs and 6 outputs, two outputs to a word.
  private static func run(weightsTimes factor: Int = 1, _ change: ([Int]) -> [Int]) throws
    -> DumpReport.Output
  {
    var isRight = false
    let report = try report(weightsTimes: factor) { right in
      let changed = change(right)
      isRight = changed == right
      return changed.map(Double.init)
    }
    #expect(report.agrees == isRight)
    return report.outputs[0]
  }

  private static func report(weightsTimes factor: Int = 1, _ change: ([Int]) -> [Double]) throws
    -> DumpReport
  {
    var random = SeededGenerator(seed: 4)
    func values(_ count: Int) -> [Int] {
      (0..<count).map { _ in Int.random(in: -7...7, using: &random) }
    }
    let design = Design(
      name: "dump",
      nodes: [
        Node(
          name: "M", opType: "MVAU_hls",
          attributes: [
            "MW": .int(4), "MH": .int(6), "PE": .int(2), "SIMD": .int(1),
            "inputDataType": .string("INT4"), "weightDataType": .string("INT5"),
            "outputDataType": .string("INT12"), "noActivation": .int(1),
          ], inputs: ["x"], outputs: ["y"], initializers: ["weights": "w"])
      ], graphInputs: ["x"], graphOutputs: ["y"])
    let plane = try Dataplane(
      design,
      parameters: ParameterStore(["w": try Tensor(values(24).map { $0 * factor }, shape: [4, 6])]))
    let input = ["x": try Tensor(values(Self.frames * 4), shape: [Self.frames, 4])]
    let right = try plane.run(input).tensor("y").asIntegers(name: "y")
    let changed = change(right)
    return try DumpReport(plane, input, ["board": try Tensor(changed, shape: [changed.count])])
  }

  @Test func aRightDumpAgrees() throws {
    #expect(try Self.run { $0 }.diagnosis == nil)
  }

  @Test func aDumpThatBeginsLateOrEarlyIsToldAsThat() throws {
    let late = try Self.run { Array($0.dropFirst(4)) + [0, 0, 0, 0] }
    #expect(late.diagnosis?.hasPrefix("2 words dropped: from word 0 on") ?? false, "\(late)")
    let early = try Self.run { [0, 0] + $0.dropLast(2) }
    #expect(early.diagnosis?.contains("1 word duplicated or stale") ?? false, "\(early)")
    let short = try Self.run { Array($0.dropLast(2)) }
    #expect(short.differing == 0 && short.dumped == short.elements - 2)
  }

  @Test func aDumpOfOtherFramesIsToldAsThat() throws {
    let later = try Self.run { Array($0[12...]) + [Int](repeating: 0, count: 12) }
    #expect(later.diagnosis?.hasPrefix("every frame shows the data of 2 frames later") ?? false)
    let previous = try Self.run { [Int](repeating: 1, count: 6) + $0.dropLast(6) }
    #expect(previous.diagnosis == "every frame shows the previous frame's data")
  }

  @Test(arguments: [Double.nan, .infinity]) func aDumpOfWhatIsNoNumberIsRefused(value: Double)
    throws
  {
    let error = try #require(throws: InputError.self) {
      try Self.report { $0.map(Double.init).dropLast() + [value] }
    }
    #expect(
      "\(error)".contains("index [\(Self.frames * 6 - 1)]: \(value) is no number"), "\(error)")
  }

  /// Far beyond every integer the stream could carry.
  @Test func aDumpOfHugeNumbersDiffers() throws {
    let report = try Self.report { $0.map { _ in 1e30 } }
    #expect(!report.agrees && report.outputs[0].differing == report.outputs[0].elements)
    #expect(report.text.contains("the board 1e+30"))
  }

  @Test func anEmptyBufferIsToldAsThat() throws {
    // Of even numbers every lowest bit would have arrived.
    for factor in [1, 2] {
      let zero = try Self.run(weightsTimes: factor) { $0.map { _ in 0 } }
      #expect(zero.diagnosis == "the output is all zero")
    }
  }
}
