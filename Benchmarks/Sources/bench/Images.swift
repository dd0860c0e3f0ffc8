import ArgumentParser
import DataflowSim
import Foundation
import SimKernels

/// Whole networks at the bit level.
struct Images: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Images per second through the data plane, fast and plain.")

  func run() throws {
    print("### Bit-exact inference, images per second on one core\n")
    printTable(
      ["design"] + KernelLevel.allCases.map { "\($0)" },
      try ["tfc-w1a1", "tfc-w2a2", "cnv-w1a1"].map { name in
        let design = try Design(
          contentsOf: project.appending(path: "configs/\(name).json").path)
        return try [name]
          + KernelLevel.allCases.map { level in
            level <= .best ? short(try rate(design, level)) : "–"
          }
      })
    print("\nWeights and images are random: their values do not change the work.\n")
  }

  private func rate(_ design: Design, _ level: KernelLevel) throws -> Double {
    let arrays = try randomParameters(design)
    var options = Dataplane.Options()
    options.level = level
    let dataplane = try Dataplane(design, parameters: ParameterStore(arrays), options: options)
    let input = design.graphInputs[0]
    let shape = try Plan(design).normalInputShape
    let one = shape.reduce(1, *)
    let frames = 8
    let pixels = (0..<frames * one).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    let images = try Tensor(pixels, shape: [frames] + shape)
    let once = try timed { try dataplane.run([input: images]) }.seconds
    let repeats = min(500, max(1, Int(0.2 / once)))
    let seconds = try fastest {
      for _ in 0..<repeats { _ = try dataplane.run([input: images]) }
    }.seconds
    return Double(frames * repeats) / seconds
  }

  /// Arrays of the right shapes for every matrix-vector unit and thresholding of `design`.
  private func randomParameters(_ design: Design) throws -> [String: Tensor] {
    var arrays: [String: Tensor] = [:]
    for node in design.nodes {
      func int(_ key: String) -> Int {
        if case .int(let value)? = node.attributes[key] { return value }
        return 0
      }
      func text(_ key: String) -> String {
        if case .string(let value)? = node.attributes[key] { return value }
        return ""
      }
      if let name = node.initializers["weights"] {
        let (columns, rows) = (int("MW"), int("MH"))
        let isBinary = text("weightDataType") == "BINARY"
        let values = (0..<columns * rows).map { i -> Int8 in
          let bit = Int8(truncatingIfNeeded: i &* 40503 >> 9 & 1)
          return isBinary ? bit : 2 * bit - 1
        }
        arrays[name] = try Tensor(values, shape: [columns, rows])
      }
      if let name = node.initializers["thresholds"] {
        let isCore = int("MH") > 0
        let rows = isCore ? int("MH") : int("NumChannels")
        let bits = Int(text("outputDataType").filter(\.isNumber)) ?? 1
        let steps = isCore ? (1 << bits) - 1 : int("numSteps")
        let middle = isCore ? (int("binaryXnorMode") == 1 ? int("MW") / 2 : 0) : 0
        let values = (0..<rows * steps).map { Int32(middle + $0 % steps) }
        arrays[name] = try Tensor(values, shape: [rows, steps])
      }
    }
    return arrays
  }
}

extension Plan {
  /// The tensor shape of the first graph input without its batch axis.
  fileprivate var normalInputShape: [Int] {
    for (node, ports) in zip(design.nodes, inputPorts) where node.inputs[0] == design.graphInputs[0]
    {
      return Array((ports[0].normalShape ?? []).dropFirst())
    }
    return []
  }
}
