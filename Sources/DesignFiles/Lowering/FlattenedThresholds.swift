/// Thresholds between a flatten of the input and a matrix that takes the whole picture as one vector.
///
/// As in FINN, every element of the picture is a channel of theirs then, so that they can be folded over all of them. As
/// layers of a picture's channels they would take a word for each pixel, however they are folded.
extension Emitter {
  /// Thresholds that are kept for all elements together at most; for larger pictures each pixel is a word.
  private static let mostThresholds = 1 << 22

  /// The layers with such thresholds and the input in front of them as vectors.
  static func flattened(_ lowering: Lowering, live: Set<Int>, outputs: Set<Int>) -> [Layer] {
    let layers = lowering.layers
    var result = layers
    var users: [Int: Int] = [:]
    for i in live { for source in layers[i].inputs { users[source, default: 0] += 1 } }
    func isPassage(_ i: Int) -> Bool { users[i] == 1 && !outputs.contains(i) }
    for i in live {
      guard case .linear(let rule) = layers[i].kind, rule.window == nil else { continue }
      var at = layers[i].inputs[0]
      guard rule.columns == layers[at].shape.pixels * layers[at].shape.channels,
        layers[at].shape.pixels > 1
      else { continue }
      var chain: [Int] = []
      while isPassage(at), layers[at].isElementwise, lowering.shapes[layers[at].tensor]?.count == 2,
        layers[at].numbers <= mostThresholds / layers[at].shape.pixels
      {
        chain.append(at)
        at = layers[at].inputs[0]
      }
      guard !chain.isEmpty, isPassage(at), case .input = layers[at].kind else { continue }
      for member in chain + [at] { result[member].flatten() }
    }
    return result
  }
}

extension Layer {
  /// Whether each element goes its own way.
  fileprivate var isElementwise: Bool {
    switch kind {
    case .thresholds, .multiply, .offset: true
    default: false
    }
  }

  /// Thresholds, or other parameters.
  fileprivate var numbers: Int {
    if case .thresholds(let table) = kind { table.values.count } else { shape.channels }
  }

  /// Makes every element a channel of its own, in the order of the stream.
  fileprivate mutating func flatten() {
    let pixels = shape.pixels
    func repeated<T>(_ list: [T]) -> [T] { (0..<pixels).flatMap { _ in list } }
    switch kind {
    case .thresholds(var table):
      table.values = repeated(table.values)
      kind = .thresholds(table)
    case .multiply(let list): kind = .multiply(repeated(list))
    case .offset(let list): kind = .offset(repeated(list))
    default: break
    }
    (low, high) = (repeated(low), repeated(high))
    if scale.count > 1 { scale = repeated(scale) }
    (bias, offset) = (bias.map(repeated), offset.map(repeated))
    shape = StreamShape(
      height: 1, width: 1, channels: pixels * shape.channels, isVector: true)
  }
}
