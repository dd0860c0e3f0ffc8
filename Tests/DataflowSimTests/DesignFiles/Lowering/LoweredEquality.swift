import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// Every quantised tensor of a model against the design it lowers to, on made-up frames, integer by integer.
@discardableResult
func expectLoweredEqually(
  _ model: ModelBuilder, frames: Int = 4, _ options: ModelOptions = .init()
) throws -> LoweredModel {
  let reference = try Reference(model.model(options))
  let lowered = try LoweredModel(reference, name: "rule")
  let plane = try Dataplane(lowered.loaded.design, parameters: lowered.loaded.parameters)
  let data = try reference.frames(of: reference.randomFrames(frames), file: "made up")
  for index in 0..<frames {
    let values = try reference.run(data.frame(index), keep: .all)
    let result = try plane.run(lowered.feed(values), keep: .all, threads: 1) { _ in }
    for code in lowered.codes {
      let found = try result.tensor(code.stream).asDoubles()
      let expected = try lowered.tensor(of: code, values[code.tensor]!).asDoubles()
      #expect(found == expected, "\(code.tensor)")
    }
  }
  _ = try Plan(lowered.loaded.design.bridgingWidths().design)
  return lowered
}
