import ArgumentParser
import DataflowSim
import Foundation

/// The matrix-vector core of FINN's development branch, which locks, beside that of the releases, which
/// freezes.
struct Cores: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cost per slot of the compute cores of both generations.")

  @Option(help: "Only these SIMD.")
  var simd: [Int] = [64, 16, 4, 1]

  func run() throws {
    print("### Compute cores, ns per slot\n")
    let foldings = simd.map { ($0, 8) }
    let sinks = [("free", ""), ("every third cycle", #", "sinks": {"out0": {"pattern": "100"}}"#)]
    printTable(
      ["SIMD of 64, PE", "sink", "freezing", "locking", ""],
      try foldings.flatMap { simd, pe in
        try sinks.map { name, sink in
          let old = try perSlot(simd, pe, sink, generation: "0.10")
          let new = try perSlot(simd, pe, sink, generation: "2026-04")
          return ["\(simd), \(pe)", name, short(old), short(new), "× \(short(new / old))"]
        }
      })
    print()
  }

  private func perSlot(_ simd: Int, _ pe: Int, _ sink: String, generation: String) throws -> Double
  {
    let node =
      #"{"name": "m", "op_type": "MVAU_rtl", "attributes": {"MW": 64, "MH": 64, "SIMD": \#(simd), "#
      + #""PE": \#(pe), "inputDataType": "INT4", "weightDataType": "INT4", "outputDataType": "INT16", "#
      + #""noActivation": 1, "numInputVectors": [1, 4, 4]}, "inputs": ["in0"], "outputs": ["out0"]}"#
    let text =
      #"{"format": "simrun-design", "version": 1, "name": "core", "part": "xczu7ev-ffvc1156-2-e", "#
      + #""clock_mhz": 200, "finn_generation": "\#(generation)", "nodes": [\#(node)], "#
      + #""graph_inputs": ["in0"], "graph_outputs": ["out0"]}"#
    let plan = try Plan(Design(json: Data(text.utf8), file: "core"))
    let slots = 16 * (64 / simd) * (64 / pe)
    let frames = max(2, 2_000_000 / slots)
    let scenario = try Scenario(
      json: Data(
        #"{"format": "simrun-scenario", "version": 1, "frames": \#(frames)\#(sink)}"#.utf8),
      file: "core")
    let seconds = try fastest { try Simulation(plan, scenario: scenario).run() }.seconds
    return seconds * 1e9 / Double(slots * frames)
  }
}
