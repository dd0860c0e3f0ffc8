import OriginalModel
import SimModel

/// The size of what a stream carries per frame: a picture of vectors of channels.
struct StreamShape: Equatable, Sendable {
  var height: Int
  var width: Int
  var channels: Int
  /// Has no spatial axes in the model.
  var isVector: Bool

  var pixels: Int { height * width }

  /// FINN's leading dimensions: `[1, H, W]`, or `[1]` for a vector.
  var leading: [Int] { isVector ? [1] : [1, height, width] }
  var tensor: [Int] { leading + [channels] }
}

/// An integer stream between the model and the hardware: what makes it, which integers it carries and
/// which real number each of them means.
struct Layer: Sendable {
  enum Kind: Sendable {
    /// Codes that come from outside.
    case input
    case linear(LinearRule)
    case thresholds(ThresholdTable)
    case maxPool(PoolRule)
    /// Sums under windows.
    case sum(PoolRule)
    case globalSum
    case add
    /// The first input less the second.
    case difference
    /// Each element times, or plus, a number of its channel.
    case multiply([Int])
    case offset([Int])
    case concat
    case upsample(rows: Int, columns: Int)
    /// Another order of the elements: `(H, W, C)` seen as `shape`, axes taken in the order `order`.
    case shuffle(shape: [Int], order: [Int])
    /// Zeros between the pixels.
    case spread(rows: Int, columns: Int)
    /// A border cut off: top, left, bottom, right.
    case crop([Int])
    /// Every n-th pixel: a window of one.
    case pick(PoolRule)
    /// Zeros around the picture: top, left, bottom, right.
    case pad([Int])
    /// Indices of the largest elements.
    case labels(Int)
  }

  var kind: Kind
  var inputs: [Int]
  var shape: StreamShape
  /// Smallest and largest integer of each channel.
  var low: [Int]
  var high: [Int]
  /// Integer q of channel c means q · scale[c] / divisor + offset[c] + bias[c], rounded once to float32.
  var scale: [Double]
  var divisor = 1
  var bias: [Float]?
  /// What pixels that are not centred on 0 add to each sum.
  var offset: [Double]?
  /// Its integers are sums of marked pixels: they say how many pixels were summed up.
  var marks: PoolMarks?
  /// Every element is −1 or +1.
  var isBipolar = false
  /// The tensor of the model whose values it carries.
  var tensor: String
  /// The node of the model it comes from.
  var node: String

  var range: ClosedRange<Int> { low.min()!...high.max()! }

  /// Whether integers are proportional to real numbers.
  var isProportional: Bool {
    marks == nil && offset == nil && bias?.allSatisfy { $0 == 0 } ?? true
  }

  /// Sums that are divided by the number of their elements.
  var isAverage: Bool {
    switch kind {
    case .sum, .globalSum: true
    default: false
    }
  }

  func scale(_ channel: Int) -> Double { scale.count == 1 ? scale[0] : scale[channel] }

  /// The real number that integer `q` of a channel means.
  func value(_ q: Int, _ channel: Int) -> Float {
    if let part = marks?.split(q) {
      return Float(Double(part.sum) * scale(channel) / Double(part.count))
    }
    let product = Double(q) * scale(channel) / Double(divisor)
    let constant = (offset?[channel] ?? 0) + Double(bias?[channel] ?? 0)
    return Float(product + constant)
  }
}

/// A matrix of integers over windows of pixels.
struct LinearRule: Sendable {
  /// `rows × columns`; a column is (tap, input channel), channel fastest. Depthwise: one column per tap.
  var weights: [Int]
  var rows: Int
  var columns: Int
  var window: PoolRule?
  var isDepthwise: Bool
  /// Every weight is −1 or +1.
  var isBipolar: Bool

  /// Products that a row sums up, those with 0 left out.
  var mostProducts: Int {
    (0..<rows).map { r in weights[r * columns..<(r + 1) * columns].count { $0 != 0 } }.max() ?? 0
  }

  /// The rows whose sign is turned.
  mutating func negate(_ turned: [Bool]) {
    for r in 0..<rows where turned[r] {
      for k in 0..<columns { weights[r * columns + k] = -weights[r * columns + k] }
    }
  }
}

/// How a window moves over a picture; both axes.
struct PoolRule: Equatable, Sendable {
  var kernel: [Int]
  var stride: [Int]
  var dilation: [Int]
  /// Top, left, bottom, right.
  var padding: [Int]
  var output: [Int]

  var taps: Int { kernel[0] * kernel[1] }
  var isPadded: Bool { padding.contains { $0 > 0 } }
  /// Each pixel by itself.
  var isPointwise: Bool { kernel == [1, 1] && stride == [1, 1] && !isPadded }
}

/// Thresholds found by search: code = low + the number of thresholds reached.
struct ThresholdTable: Sendable {
  /// `channels × steps`.
  var values: [Int]
  var steps: Int
  /// The code below every threshold.
  var low: Int
}

/// Where the axes of a picture are in a tensor of the model.
enum Role: Int, Sendable { case frame, channel, row, column }

/// The axes of a tensor, each made of some of the picture's axes, slowest first.
struct Layout: Equatable, Sendable {
  var axes: [[Role]]
  /// How long the roles are, where an axis holds channels and pixels of a picture, as a flatten makes it; else empty.
  var sizes: [Role: Int] = [:]

  static let channelsFirst = Layout(axes: [[.frame], [.channel], [.row], [.column]])
  static let channelsLast = Layout(axes: [[.frame], [.row], [.column], [.channel]])
  static let channelsFirst1D = Layout(axes: [[.frame], [.channel], [.row, .column]])
  static let channelsLast1D = Layout(axes: [[.frame], [.row, .column], [.channel]])
  static let vector = Layout(axes: [[.frame, .row, .column], [.channel]])

  /// All roles in the tensor's order.
  var order: [Role] { axes.flatMap { $0 } }

  /// Whether the channels are an axis of their own, at this place.
  var channelAxis: Int? {
    axes.firstIndex { $0.contains(.channel) && $0.allSatisfy { $0 == .channel } }
  }

  /// The axis along which tensors that lie one behind the other have the channels of each one behind the other: that
  /// of the channels, or one of whole pictures whose channels come first, as a flatten makes it.
  var joiningAxis: Int? {
    channelAxis
      ?? axes.firstIndex { axis in
        !sizes.isEmpty
          && axis.first { $0 == .channel || $0 != .frame && sizes[$0]! > 1 } == .channel
      }
  }

  /// The same but for the number of channels.
  func isLike(_ other: Layout) -> Bool {
    var (one, two) = (self, other)
    (one.sizes[.channel], two.sizes[.channel]) = (nil, nil)
    return one == two
  }

  func shape(_ size: [Role: Int]) -> [Int] { axes.map { $0.reduce(1) { $0 * size[$1]! } } }

  /// The same roles under another shape; `nil` when the shape cuts through one.
  func reshaped(to shape: [Int], _ size: [Role: Int]) -> Layout? {
    guard shape != self.shape(size) else { return self }
    var roles = order[...]
    var axes: [[Role]] = []
    var shape = shape[...]
    // The batch of one stays in front by itself where the shape has it.
    if shape.first == 1, roles.first == .frame, shape.count > 1 {
      axes.append([roles.removeFirst()])
      shape.removeFirst()
    }
    for target in shape {
      var group: [Role] = []
      var product = 1
      // An axis of size 1 is a role of that size where one comes next.
      if target == 1, let role = roles.first, size[role]! == 1, roles.count > 1 {
        group.append(role)
        roles.removeFirst()
      }
      while product < target, let role = roles.first {
        product *= size[role]!
        group.append(role)
        roles.removeFirst()
      }
      guard product == target else { return nil }
      axes.append(group)
    }
    // Roles of size 1 that are left belong anywhere.
    guard roles.allSatisfy({ size[$0]! == 1 }), !axes.isEmpty else { return nil }
    for role in roles { axes[axes.count - 1].append(role) }
    var layout = Layout(axes: axes).settled(size)
    if layout.mixesChannels(size) { layout.sizes = size }
    return layout
  }

  /// Whether an axis holds the channels and several rows or columns.
  private func mixesChannels(_ size: [Role: Int]) -> Bool {
    axes.contains { axis in
      axis.contains(.channel) && axis.contains { [.row, .column].contains($0) && size[$0]! > 1 }
    }
  }

  /// The same with whatever is in the channels' axis as channels: each element of a flattened picture is one.
  var withElementsAsChannels: Layout {
    guard !sizes.isEmpty, let whole = axes.firstIndex(where: { $0.contains(.channel) }) else {
      return self
    }
    var result = axes
    let pixels = axes[whole].filter { $0 != .channel }
    result[whole] = [.channel]
    if let other = result.indices.first(where: { $0 != whole }) { result[other] += pixels }
    return Layout(axes: result)
  }

  /// The roles of one axis with their lengths, slowest first; one role where only that is longer than 1.
  func parts(of axis: [Role], length: Int) -> [(role: Role, length: Int)] {
    let inner = axis.filter { $0 != .frame }
    let pixels = inner.reduce(1) { $0 * sizes[$1, default: 1] }
    guard !sizes.isEmpty, inner.count > 1, length % pixels == 0 else {
      return [(inner.first ?? .frame, length)]
    }
    let frames = length == pixels ? [] : [(Role.frame, length / pixels)]
    return frames + inner.map { ($0, sizes[$0]!) }
  }

  /// The roles of a tensor of this shape with their lengths, slowest first.
  func parts(of shape: [Int]) -> [(role: Role, length: Int)] {
    zip(axes, shape).flatMap { parts(of: $0, length: $1) }
  }

  /// Axes of size 1 get a role of size 1, so that a lone channel axis is recognised.
  private func settled(_ size: [Role: Int]) -> Layout {
    var axes = axes
    for i in axes.indices where axes[i].contains(.channel) && axes[i].count > 1 {
      // Neighbours of size 1 in the channels' axis do no harm; move them to the frame's.
      let strangers = axes[i].filter { $0 != .channel && size[$0]! == 1 }
      guard strangers.count == axes[i].count - 1, let other = axes.indices.first(where: { $0 != i })
      else { continue }
      axes[i] = [.channel]
      axes[other] += strangers
    }
    return Layout(axes: axes, sizes: sizes)
  }
}

/// A tensor of the model as an elementwise function of one or several integer streams.
struct Edge: Sendable {
  /// Streams and the tensors whose values their integers mean; none for what only the host knows.
  var starts: [Start]
  /// Operations from there to this tensor, in order.
  var steps: [Reference.Step]
  /// Maximum pools that are to come behind the quantiser, and the tensors they pool.
  var pools: [Deferred]
  var tensor: String

  struct Start: Equatable, Sendable {
    var layer: Int
    var tensor: String
  }

  struct Deferred: Sendable {
    var rule: PoolRule
    /// The tensor in front of the pool, and behind.
    var input: String
    var output: String
    var node: String
  }

  var isHost: Bool { starts.isEmpty }
  /// The stream itself.
  var isPlain: Bool { steps.isEmpty && pools.isEmpty && starts.count == 1 }
  /// The stream itself, its axes perhaps elsewhere.
  var isStream: Bool {
    pools.isEmpty && starts.count == 1
      && steps.allSatisfy { LayoutOperations.names.contains($0.node.opType) }
  }
}
