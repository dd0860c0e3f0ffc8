import Foundation
import OriginalModel
import SimModel

/// A recorded model under `Resources/original`: the file, its input and every tensor of its run.
struct OriginalFixture {
  let name: String
  let reference: Reference
  let frames: ModelFrames
  let recorded: NPZ

  static let grids = ["grid-quant", "grid-trunc1", "grid-qdq"]
  static let networks = [
    "activations", "avgpool-quant", "avgpool-trunc", "avgpool-trunc1", "bias-kinds",
    "bipolar-mixed",
    "bn-residual", "convtranspose", "dw-conv1d", "fp8", "groups-dilation", "maxpool-variants",
    "perchannel-act", "pixelshuffle-concat", "pot-fixedpoint", "qcdq-asym",
  ]

  static func path(_ name: String, _ file: String) -> String {
    TestFiles.resource("original/\(name)/\(file)")
  }

  init(_ name: String) throws {
    self.name = name
    reference = try Reference(ModelGraph(contentsOf: Self.path(name, "model.onnx")))
    let data = Self.path(name, "io.npz")
    frames = try reference.frames(of: TensorFile.read(data), file: data)
    recorded = try NPZ(contentsOf: Self.path(name, "acts.npz"))
  }
}
