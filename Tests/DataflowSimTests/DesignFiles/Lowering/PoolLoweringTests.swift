import DataflowAnalysis
import DesignFiles
import OriginalModel
import Testing

/// Averages and global pools: what they divide by, and what they pool over.
@Suite struct PoolLoweringTests {
  private func picture(_ shape: [Int], bits: Float = 4) -> ModelBuilder {
    var m = ModelBuilder(input: shape)
    m.quantiser("x", "q", scale: 1, bits: bits)
    return m
  }

  struct Window: Sendable {
    var size: [Int]
    var kernel: [Int]
    var strides: [Int]
    var pads: [Int]
    var countsPadding = 0
    var ceil = 0
  }

  /// Every window has as many pixels as the others, but fewer than the kernel: these are what it divides by.
  @Test(arguments: [
    Window(size: [2, 2], kernel: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1]),
    Window(size: [3, 2], kernel: [4, 3], strides: [4, 3], pads: [1, 1, 0, 0]),
    Window(size: [3, 3], kernel: [5, 5], strides: [1, 1], pads: [1, 1, 1, 1]),
    Window(size: [2, 2], kernel: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], countsPadding: 1),
    Window(size: [4, 4], kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0]),
  ]) func anAverageDividesByThePixelsItHas(_ w: Window) throws {
    var m = picture([1, 2] + w.size)
    m.add(
      "AveragePool", ["q"], ["a"],
      ints: ["kernel_shape": w.kernel, "strides": w.strides, "pads": w.pads],
      numbers: ["count_include_pad": w.countsPadding, "ceil_mode": w.ceil])
    m.quantiser("a", "y", scale: 0.5, bits: 5)
    try expectLoweredEqually(m)
  }

  @Test func anAverageOfASequenceDividesByTheElementsItHas() throws {
    var m = picture([1, 2, 4])
    m.add(
      "AveragePool", ["q"], ["a"], ints: ["kernel_shape": [2], "strides": [4], "pads": [1, 0]])
    m.quantiser("a", "y", scale: 0.5, bits: 5)
    try expectLoweredEqually(m)
  }

  /// The global pools of ONNX go over all axes behind the second, whatever their sizes.
  @Test(
    arguments: ["GlobalMaxPool", "GlobalAveragePool"], [[1, 4, 4], [1, 4, 8], [1, 3, 4, 4]])
  func globalPoolsKeepTheSecondAxis(op: String, shape: [Int]) throws {
    var m = picture(shape)
    m.add(op, ["q"], ["g"])
    m.quantiser("g", "y", scale: 0.5, bits: 6)
    let lowered = try expectLoweredEqually(m)
    let output = lowered.loaded.design.graphOutputs[0]
    #expect(lowered.loaded.design.streams[output]?.shape?.last == shape[1])
  }

  /// GlobalAccPool_hls is right for square maps: others are summed up by a window.
  @Test(arguments: [[4, 4], [4, 6], [6, 4]]) func aMapThatIsNotSquareIsAWindow(size: [Int]) throws {
    var m = picture([1, 2] + size)
    m.add("GlobalAveragePool", ["q"], ["g"])
    m.quantiser("g", "y", scale: 0.5, bits: 6)
    let design = try expectLoweredEqually(m).loaded.design
    let pools = design.nodes.filter { $0.opType == "GlobalAccPool_hls" }
    #expect(pools.count == (size[0] == size[1] ? 1 : 0))
    #expect(!(try DesignFacts(design).graphDiagnostics).contains { $0.severity == .error })
  }

  /// The pool's own type is by the least element: sums of +1 would not fit beside those of −1.
  @Test func bipolarCodesAreSummedUpWhole() throws {
    var m = ModelBuilder(input: [1, 2, 4, 4])
    m.constant("s", [1])
    m.add("BipolarQuant", ["x", "s"], ["q"], domain: "qonnx.custom_op.general")
    m.add("GlobalAveragePool", ["q"], ["g"])
    m.quantiser("g", "y", scale: 0.0625, bits: 6)
    let lowered = try expectLoweredEqually(m, frames: 8)
    let plane = try Dataplane(lowered.loaded.design, parameters: lowered.loaded.parameters)
    let ones = try Tensor(Array(repeating: 1, count: 32), shape: [1, 1, 4, 4, 2])
    let result = try plane.run([lowered.loaded.design.graphInputs[0]: ones], keep: .all, threads: 1)
    { _ in }
    #expect(try result.tensor(lowered.loaded.design.graphOutputs[0]).asDoubles() == [16, 16])
  }

  /// A window that is all there is takes no stride.
  @Test func aStrideBeyondThePictureIsNone() throws {
    var m = picture([1, 2, 3, 3])
    m.constant("w", (0..<36).map { Float($0 % 5 - 2) }, [2, 2, 3, 3])
    m.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [3, 3], "strides": [4, 4]])
    m.quantiser("c", "y", scale: 1, bits: 6)
    try expectLoweredEqually(m)
  }
}
