import SimKernels

// How the axes of a reference's array lie over the frames of a stream, and over one of them.

extension Comparison {
  /// How many frames of `shape` an array holds: frames on the leading axis, then a frame's axes, which may be
  /// split or joined, channels first or last; or nothing but elements.
  static func frames(of array: Tensor, as shape: [Int], name: String, file: String) throws -> Int {
    func refused(_ hint: String? = nil) -> InputError {
      InputError(
        "has shape \(array.shape); a frame of the stream has \(product(shape)) elements \(shape)",
        file: file, at: "array '\(name)'", hint: hint)
    }
    let perFrame = product(shape)
    guard perFrame > 0, array.count > 0, array.count % perFrame == 0 else { throw refused() }
    let frames = array.count / perFrame
    var axes = array.shape.filter { $0 != 1 }
    guard axes.count > 1 else { return frames }
    if frames > 1 {
      guard axes.removeFirst() == frames else {
        throw refused("the leading axis is frames: \(frames) of them would fit")
      }
    }
    let channelsFirst = shape.suffix(1) + shape.dropFirst().dropLast()
    guard canLie(axes, over: shape) || canLie(axes, over: Array(channelsFirst)) else {
      throw refused("transpose it to \([frames] + shape)")
    }
    return frames
  }

  /// Whether one of two shapes of equal size splits the axes of the other.
  private static func canLie(_ axes: [Int], over other: [Int]) -> Bool {
    let (a, b) = (borders(axes), borders(other))
    return a.isSubset(of: b) || b.isSubset(of: a)
  }

  /// Elements up to the end of each axis.
  private static func borders(_ shape: [Int]) -> Set<Int> {
    var size = 1
    let ends = shape.map { extent in
      size *= extent
      return size
    }
    return Set(ends).subtracting([1])
  }
}

extension ComparisonReport {
  /// What is to be said where the reference has other frames than the `given` ones of the input; nil where
  /// both have as many.
  public static func frameNote(_ results: [TensorComparison], given: Int) -> String? {
    let held = results.compactMap(\.referenceFrames)
    if let least = held.min(), least < given {
      return
        "the reference holds \(least) of the input's \(given.of("frame")); the others are not compared"
    }
    if let most = held.max(), most > given {
      return
        "the reference holds \(most.of("frame")), the input \(given); the others are not compared"
    }
    return nil
  }
}

extension [String: Tensor] {
  /// Frames on the leading axis of input data.
  package var frames: Int { values.compactMap(\.shape.first).max() ?? 1 }
}
