import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

struct FIFOSizingTests {
  /// No depth helps where a block waits for words that nobody makes; the error says so at once.
  @Test func refusesWordCountsThatDoNotMatch() throws {
    let error = #expect(throws: InputError.self) {
      try FIFOSizing(Self.design("ci/word-count-hang"))
    }
    #expect("\(error as Any)".contains("word counts do not match"))
  }

  /// A join that states no shape gets as many words of each stream as a folding happens to make: the error says so and
  /// what keeps its words. With a stated shape the same design is folded.
  @Test func aJoinOfUnknownWordsIsNamed() throws {
    var design = try Self.design("examples/residual-deadlock")
    func fold() throws -> FoldingSearch {
      try FoldingSearch(design, goal: .framesPerSecond(1000), device: nil)
    }
    let error = "\(#expect(throws: InputError.self) { _ = try fold() } as Any)"
    #expect(error.contains("moves a word of"), "\(error)")
    #expect(error.contains("state folded_shape and dataType of fork, join"), "\(error)")
    for n in design.nodes.indices where ["Fork", "Join"].contains(design.nodes[n].opType) {
      design.nodes[n].attributes = [
        "folded_shape": .ints([1, 8, 8, 2, 2]), "dataType": .string("UINT4"),
      ]
    }
    #expect(try fold().meetsGoal)
  }

  /// Where FIFOs limit, the slowest block is named with the cycles it needs alone.
  @Test func namesTheSlowestWindow() throws {
    let throughput = try Throughput(Self.design("mobilenet-small"))
    #expect(throughput.bottleneck?.limit == .fifo)
    #expect(throughput.bottleneck?.node == "ConvolutionInputGenerator_rtl_6")
    #expect(throughput.nodes.map(\.busyCycles).max() == 16195)
  }

  static func design(_ name: String) throws -> Design {
    try DesignFile.load(TestFiles.repository("configs/\(name).json")).design
  }

  /// The least depths are those of one schedule; `FIFOMarginTests` has the others.
  private static var predictedAlone: FIFOSizing.Options {
    var options = FIFOSizing.Options()
    options.margin = false
    return options
  }

  private func period(_ design: Design) throws -> Double? {
    try Throughput(design).cyclesPerFrame
  }

  /// CNV with FIFOs of 2 takes 62548 cycles per frame; the slowest layer alone takes 32777.
  @Test func liftsCNVToItsComputeBound() throws {
    let sizing = try FIFOSizing(Self.design("cnv-w1a1"), options: Self.predictedAlone)
    #expect(sizing.periodBefore?.cyclesPerFrame == 62548)
    #expect(sizing.periodUnbounded.cyclesPerFrame == 32777)
    #expect(sizing.periodAfter.cyclesPerFrame == 32777)
    #expect(try period(sizing.design) == 32777)
    #expect(sizing.isVerified && sizing.isComplete)
    #expect(sizing.totalAfter < 400)
  }

  /// The proof by hand, on small nets and one of many sections: one word less anywhere is slower, under an
  /// unthrottled source.
  @Test(arguments: ["lenet", "conv1d-audio", "mobilenet-small"])
  func isLocallyMinimal(name: String) throws {
    let sizing = try FIFOSizing(Self.design(name), options: Self.predictedAlone)
    #expect(sizing.isVerified)
    let target = sizing.periodUnbounded.cyclesPerFrame
    #expect(try period(sizing.design) == target)
    try sizing.expectNoFIFOCanBeSmaller("\(name)", than: target)
  }

  /// What is tried side by side ends as it does one by one.
  @Test(arguments: ["conv1d-audio", "resnet-small", "mobilenet-small"])
  func doesNotHangOnTheCores(name: String) throws {
    var options = Self.predictedAlone
    options.workers = 1
    let one = try FIFOSizing(Self.design(name), options: options)
    options.workers = 3
    let three = try FIFOSizing(Self.design(name), options: options)
    #expect(one.fifos == three.fifos)
    #expect(one.isVerified && three.isVerified)
  }

  /// A residual network deadlocks with FIFOs of 2, and starts from a graph without any FIFO alike.
  @Test func sizesBranchesAndBareGraphs() throws {
    let design = try Self.design("resnet-small")
    var options = FIFOSizing.Options()
    options.verifiesMinimality = false
    let sizing = try FIFOSizing(design, options: options)
    #expect(sizing.periodBefore == nil)
    #expect(try period(sizing.design) == sizing.periodUnbounded.cyclesPerFrame)
    let bare = try FIFOSizing(design.removingBuffering(), options: options)
    #expect(bare.fifos.map(\.name) == sizing.fifos.map(\.name))
    #expect(bare.fifos.map(\.after) == sizing.fifos.map(\.after))
  }

  /// The first depths that suffice do so under an unthrottled source, and hold at least what the least do.
  @Test(arguments: ["cnv-w1a1", "resnet-small", "mobilenet-small", "tfc-w2a2"])
  func quickDepthsSuffice(name: String) throws {
    let design = try Self.design(name)
    var options = Self.predictedAlone
    options.effort = .first
    let quick = try FIFOSizing(design, options: options)
    #expect(!quick.isComplete && !quick.isVerified)
    #expect(try period(quick.design) == quick.periodUnbounded.cyclesPerFrame)
    let least = try FIFOSizing(design, options: Self.predictedAlone)
    #expect(least.isComplete && least.isVerified)
    #expect(least.periodUnbounded == quick.periodUnbounded)
    #expect(least.totalAfter <= quick.totalAfter)
    // A limit that is over before it starts ends with depths that suffice, too.
    options.effort = .all
    options.seconds = 1e-9
    let stopped = try FIFOSizing(design, options: options)
    #expect(!stopped.isComplete && stopped.totalAfter >= quick.totalAfter)
    #expect(try period(stopped.design) == stopped.periodUnbounded.cyclesPerFrame)
  }

  /// Where frames are long, depths that suffice are found with a few simulations.
  @Test func firstDepthsTakeFewSimulations() throws {
    let design = try Self.design("mobilenetv1-w4a4")
    var options = Self.predictedAlone
    options.effort = .first
    let first = try FIFOSizing(design, options: options)
    #expect(!first.isComplete && first.simulations <= 3)
    #expect(try period(first.design) == first.periodUnbounded.cyclesPerFrame)
  }

  /// On a small design the depths found are proven the cheapest there are.
  @Test func findsTheLeast() throws {
    let name = "tfc-w2a2"
    var options = Self.predictedAlone
    #expect(try FIFOSizing(Self.design(name), options: options).bound == nil)
    options.looksForLeast = true
    let sizing = try FIFOSizing(Self.design(name), options: options)
    let bound = try #require(sizing.bound)
    #expect(bound.found == sizing.totalAfter)
    #expect(bound.isLeast && bound.atLeast == bound.found)
    #expect(bound.assumesMonotony)
    #expect(sizing.isVerified)
    #expect(try period(sizing.design) == sizing.periodUnbounded.cyclesPerFrame)
  }

  @Test func keepsAFraction() throws {
    var options = FIFOSizing.Options()
    options.keep = 0.8
    let design = try Self.design("lenet")
    let sizing = try FIFOSizing(design, options: options)
    let full = try FIFOSizing(design)
    #expect(sizing.totalAfter <= full.totalAfter)
    let period = try #require(try period(sizing.design))
    #expect(period <= full.periodUnbounded.cyclesPerFrame / 0.8)
  }

  @Test func finnDepthsAreThoseFINNBuilds() throws {
    var options = FIFOSizing.Options()
    options.measure = .finn
    options.verifiesMinimality = false
    let sizing = try FIFOSizing(Self.design("lenet"), options: options)
    for fifo in sizing.fifos {
      #expect(fifo.after == 2 || fifo.after % 32 == 0, "\(fifo.name) \(fifo.after)")
    }
    #expect(try period(sizing.design) == sizing.periodUnbounded.cyclesPerFrame)
  }
}
