import DataflowSim
import SimModel

extension ModelPairing.Search {
  /// Pairs what leaves the design with what leaves the model, where no quantiser's tensor did it.
  mutating func pairEnds(_ result: DataplaneResult) throws {
    let outputs = plane.design.graphOutputs
    for (place, output) in outputs.enumerated() {
      let streams = plane.design.leavingStreams(output)
      let isPaired = (pairs + givenPairs).contains { $0.stream == streams[0] }
      let named = leaving.count == outputs.count ? leaving[place] : nil
      guard !isPaired, let end = try end(of: streams, named, result) else { continue }
      isTaken[end.index] = true
      pairs.append(pair(end.stream, end.index, end.fit))
      if end.stream != streams[0], let biased = try biased(streams[0], end.index, result) {
        pairs.append(biased)
      }
    }
    let order = Dictionary(
      plane.steps.enumerated().flatMap { n, step in
        step.outputs.map { (plane.graph.streams[$0].name, n) }
      }
    ) { first, _ in first }
    pairs = pairs.enumerated().sorted {
      (order[$0.element.stream] ?? -1, $0.offset) < (order[$1.element.stream] ?? -1, $1.offset)
    }.map(\.element)
  }

  /// Of the streams that lead to an output, the outermost first, the one that carries what leaves the model, and what
  /// that is: as a rule what leaves there by its place, or sums whose quotient is left to the host.
  private func end(of streams: [String], _ named: Int?, _ result: DataplaneResult) throws
    -> (stream: String, index: Int, fit: Fit)?
  {
    let taken = Set((pairs + givenPairs).map(\.stream))
    let left = Set(leaving.compactMap { $0 })
    var best: (end: (stream: String, index: Int, fit: Fit), rank: [Double])?
    for index in tensors.indices
    where !isTaken[index] && (tensors[index].isEnd || left.contains(index)) {
      // A bias behind a matrix is no part of its sums.
      let isProduct = tensors[index].makers.contains(.product)
      for stream in isProduct ? streams.reversed() : streams where !taken.contains(stream) {
        let layout = try plane.layout(of: stream)
        guard hasShape(index, of: layout), let actual = result.streams[stream]?.int64s else {
          continue
        }
        let fit = fit(
          actual, tensors[index], layout.dataType, popcount: isProduct ? popcount(stream) : nil)
        let isBehind =
          ancestry.aboveTensor(tensors[index].name) == ancestry.aboveStream(stream)
        guard left.contains(index) || isBehind || fit.share == 1 else { continue }
        let rank = [
          fit.share == 1 ? 1 : 0, isBehind ? 1 : 0, index == named ? 1 : 0, fit.share,
        ]
        if best.map({ $0.rank.lexicographicallyPrecedes(rank) }) ?? true {
          best = ((stream, index, fit), rank)
        }
      }
    }
    return best?.end
  }

  /// The pair of sums with their bias, where the design adds it in whole steps behind the matrix.
  private func biased(_ outer: String, _ index: Int, _ result: DataplaneResult) throws
    -> ModelPairing.Pair?
  {
    let tensor = tensors[index]
    let steps = tensor.offset.enumerated().map { c, offset in
      offset / tensor.scale[c % tensor.scale.count]
    }
    guard steps.allSatisfy({ abs($0 - $0.rounded()) < 1e-3 && abs($0) < 0x1p40 }),
      hasShape(index, of: try plane.layout(of: outer)),
      let actual = result.streams[outer]?.int64s, actual.count >= tensor.integers.count
    else { return nil }
    let equal = tensor.integers.indices.count { i in
      tensor.integers[i] + Int(steps[i % tensor.channels % steps.count].rounded()) == actual[i]
    }
    let fit = Fit(factor: 1, offset: 0, share: Double(equal) / Double(tensor.integers.count))
    return pair(outer, index, fit).unbiased
  }
}

extension ModelPairing.Pair {
  /// The same where integers are proportional to the model's numbers.
  fileprivate var unbiased: ModelPairing.Pair {
    .init(
      stream: stream, node: node, tensor: tensor, modelNode: modelNode, scale: scale, offset: [0],
      shift: shift, agreement: agreement)
  }
}

extension Design {
  /// The streams whose integers an output carries, or carries with a number of each channel, the outermost first;
  /// where labels leave, those that they are chosen among.
  func leavingStreams(_ output: String) -> [String] {
    var stream = origin(of: output)
    var streams = [stream]
    while let writer = nodes.first(where: { $0.outputs.contains(stream) }),
      let input = writer.inputs.first
    {
      switch Node.baseName(writer.opType) {
      case "LabelSelect":
        stream = origin(of: input)
        streams = [stream]
      case "ChannelwiseOp":
        stream = origin(of: input)
        streams.append(stream)
      default: return streams
      }
    }
    return streams
  }

  /// The stream of the node that makes the values of a stream.
  func origin(of stream: String) -> String {
    var stream = stream
    while let writer = nodes.first(where: { $0.outputs.contains(stream) }), writer.passesValuesOn,
      let input = writer.inputs.first
    {
      stream = input
    }
    return stream
  }
}
