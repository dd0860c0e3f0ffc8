import DataflowSim
import OriginalModel
import SimModel

/// What makes a tensor or a stream: only like stands for like, however wrong its values are.
enum Maker: Hashable, Sendable {
  case input
  /// Thresholds, or a table.
  case quantiser
  case maximum
  /// Rows, columns or channels of a stream.
  case part
  case padding
  case shuffle
  case concatenation
  case upsampling
  /// A matrix.
  case product
  /// A number of each channel added: codes are lifted for a pool and put down again behind it.
  case offset
  /// Sums of pixels or streams.
  case arithmetic

  /// Moves values without making new ones: what it gives has no other name where it is wrong.
  var moves: Bool {
    switch self {
    case .maximum, .part, .padding, .shuffle, .concatenation, .upsampling, .offset: true
    default: false
    }
  }
}

extension ModelCodes {
  /// What can make a tensor that a layer carries.
  func makers(of tensor: String, _ layer: Int) -> Set<Maker> {
    var makers = makers(of: layer)
    guard let step = lowering.reference.steps.first(where: { $0.node.outputs.contains(tensor) })
    else { return makers }
    // A quantiser may have been found to be a pool, or to change nothing.
    if isQuantiser(step) { makers.insert(.quantiser) }
    if ["Slice", "Gather", "Split"].contains(step.node.opType) { makers.insert(.part) }
    return makers
  }

  /// Whether a step rounds to codes, or gives those that a QuantizeLinear in front of it made as numbers.
  private func isQuantiser(_ step: Reference.Step) -> Bool {
    if ModelNode.quantizers.contains(step.node.opType) { return true }
    guard ["DequantizeLinear", "Clip"].contains(step.node.opType),
      let input = step.node.inputs.first,
      let front = lowering.reference.steps.first(where: { $0.node.outputs.contains(input) })
    else { return false }
    return isQuantiser(front)
  }

  private func makers(of layer: Int) -> Set<Maker> {
    switch lowering.layers[layer].kind {
    case .input: [.input]
    case .thresholds: [.quantiser]
    case .maxPool: [.maximum]
    case .crop, .pick: [.part]
    case .pad, .spread: [.padding]
    case .shuffle: [.shuffle]
    case .concat: [.concatenation]
    case .upsample: [.upsampling]
    case .linear: [.product]
    case .offset: makers(of: lowering.layers[layer].inputs[0]).union([.offset])
    // Two lists of thresholds, for a function that turns.
    case .difference: [.quantiser, .arithmetic]
    case .sum, .globalSum, .add, .multiply, .labels: [.arithmetic]
    }
  }
}

extension Node {
  /// What a node's output can be.
  var makers: Set<Maker> {
    if initializers["thresholds"] != nil { return [.quantiser] }
    switch Node.baseName(opType) {
    case "Thresholding", "Lookup", "Requant": return [.quantiser]
    case "StreamingMaxPool": return [.maximum]
    case "Pool":
      return attributes["Function"] == .string("MaxPool") ? [.maximum] : [.quantiser, .arithmetic]
    case "Crop", "DownSampler", "StreamingSplit": return [.part]
    // A window of one pixel.
    case "ConvolutionInputGenerator": return [.part]
    case "FMPadding", "FMPadding_Pixel": return [.padding]
    case "OuterShuffle", "InnerShuffle", "Shuffle": return [.shuffle]
    case "StreamingConcat": return [.concatenation]
    case "UpsampleNearestNeighbour": return [.upsampling]
    case "MVAU", "VVAU": return [.product, .part, .arithmetic]
    case "ChannelwiseOp": return [.offset, .arithmetic]
    default: return [.arithmetic]
    }
  }
}
