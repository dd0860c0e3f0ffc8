import SimKernels

extension Dataplane {
  /// How the elements of a stream are put into the order FINN's own execution shows, where that
  /// differs: a depthwise sliding window sends SIMD channels of every kernel pixel before the next
  /// channels, but the tensor dumped from a graph that is not yet specialised has whole pixels.
  ///
  /// Applied to the elements of any number of frames. `nil` when the orders agree.
  public func referenceOrder(of stream: String) -> (@Sendable (Integers) -> Integers)? {
    guard var index = graph.indexByName[stream] else { return nil }
    for _ in 0...steps.count {
      guard let step = steps.first(where: { $0.outputs.contains(index) }) else { return nil }
      if let window = step.bits as? SlidingWindowBits { return window.pixelMajorOrder }
      guard step.node.passesValuesOn, let input = step.inputs.first
      else { return nil }
      index = input
    }
    return nil
  }

  /// A kept stream of whole frames as an array of shape `(frames, normal shape…)`, in that order.
  ///
  /// Throws `InputError` for a stream that was not kept.
  public func referenceTensor(_ stream: String, _ result: DataplaneResult) throws -> Tensor {
    guard let reorder = referenceOrder(of: stream), let elements = result.streams[stream] else {
      return try result.tensor(stream)
    }
    let layout = try layout(of: stream)
    return try reorder(elements).tensor(
      type: layout.dataType, shape: [result.frames] + layout.shape, name: stream)
  }
}
