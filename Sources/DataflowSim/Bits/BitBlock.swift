import SimKernels

/// A block with a part in the bit plane: a deterministic function of its input words.
///
/// The function is stated for one frame, whose elements are in stream order (which is the tensor's
/// own order, last axis fastest), together with how many input words each output word needs. Both
/// planes of a run follow from that: whole frames at kernel speed, and any number of words, complete
/// frames or not.
public protocol BitBlock: Block {
  /// What flows out, given what flows in. The blocks that only pass words on take the layout of
  /// their input; every other block's ports say it.
  func layouts(fedBy inputs: [StreamLayout]) throws -> [StreamLayout]

  /// The block with its parameters, ready to run.
  ///
  /// Throws `InputError` for parameters that are missing, of another shape or outside their type,
  /// and for attributes that have no defined bits.
  func bits(_ setup: BitSetup) throws -> any BlockBits
}

/// A block's values, prepared once and run for many frames.
public protocol BlockBits: Sendable {
  /// The block's outputs for one frame of each input.
  func frame(_ inputs: [Integers]) throws -> FrameResult
  /// Which input words an output word needs.
  func schedule() -> WordSchedule
  /// Why the values may differ from the hardware's; nil when they are exact.
  var approximation: String? { get }
  /// Words of the input from one frame to the next, where the hardware does not take them all; the
  /// next frame then begins with words of this one.
  var wordsTaken: Int? { get }
}

extension BlockBits {
  public var approximation: String? { nil }
  public var wordsTaken: Int? { nil }
}

/// Bits that a defect of the hardware can change without any stall.
package protocol HazardousBits: BlockBits {
  /// `nil` where this configuration does not have the defect.
  var hazard: Hazard? { get }
  var withoutHazard: any BlockBits { get }
}

/// What a block made of one frame.
public struct FrameResult: Sendable {
  public var outputs: [Integers]
  /// What the hardware lost or could not do; empty as a rule.
  public var findings: [BitFinding]

  /// The outputs of a frame, one per port.
  public init(_ outputs: [Integers], findings: [BitFinding] = []) {
    self.outputs = outputs
    self.findings = findings
  }

  /// One output, and what did not fit `register`.
  public init(_ output: Integers, wrap: WrapReport? = nil, of register: String = "result") {
    self.init([output], findings: wrap.map { [.wrap(register: register, $0)] } ?? [])
  }
}

/// Something a run reports about a node beside its values.
public enum BitFinding: Sendable, Equatable {
  /// Values did not fit the declared width of `register`: accumulator, result, ….
  case wrap(register: String, WrapReport)
  /// Indices beyond the table; they read row 0.
  case outOfBounds(count: Int, firstIndex: Int)
  /// The value of a register the block computes per frame.
  case register(name: String, value: Int)
  /// Thresholds narrower than their input made a value wrap instead of saturate.
  case narrowWrap(count: Int, firstIndex: Int)
  /// Inputs wider than the multiplier lost their low bits.
  case truncatedInput(count: Int)
}

/// How many words of each input an output word needs before it can exist.
public enum WordSchedule: Sendable {
  /// Every `inputs[i]` words of input i give `outputs[j]` words of output j, all at once.
  case groups(inputs: [Int], outputs: [Int])
  /// A steady regrouping: `outputs` words for every `inputs` words, each as early as it is full.
  case even(inputs: Int, outputs: Int)
  /// Of every `inputs` words, output word k of a frame needs the first `needs[k]`, never less than
  /// the words before it; 0 where it needs none.
  case table(inputs: Int, needs: [Int32])
  /// A schedule for each input by itself; an output word needs what all of them say.
  case each([WordSchedule])

  /// Output words that exist once `words` words of each input have arrived.
  public func outputs(for words: [Int]) -> [Int] {
    switch self {
    case .groups(let inputs, let outputs):
      let groups = zip(words, inputs).map { $0 / max(1, $1) }.min() ?? 0
      return outputs.map { $0 * groups }
    case .even(let inputs, let outputs):
      return [(words.first ?? 0) * outputs / max(1, inputs)]
    case .table(let inputs, let needs):
      let n = words.first ?? 0
      let rest = Int32(n % max(1, inputs))
      return [n / max(1, inputs) * needs.count + Self.count(needs, upTo: rest)]
    case .each(let schedules):
      let counts = zip(schedules, words).map { $0.outputs(for: [$1]) }
      let ports = counts.map(\.count).min() ?? 0
      return (0..<ports).map { port in counts.map { $0[port] }.min() ?? 0 }
    }
  }

  /// How many words of each of `inputs` inputs have to come for output word `word` of port `port`.
  func needs(for word: Int, port: Int, inputs count: Int) -> [Int] {
    switch self {
    case .groups(let inputs, let outputs):
      let group = word / max(1, port < outputs.count ? outputs[port] : 1)
      return inputs.map { (group + 1) * $0 }
    case .even(let inputs, let outputs):
      return [((word + 1) * inputs).dividedUp(by: max(1, outputs))]
    case .table(let inputs, let needs):
      let (frame, rest) = word.quotientAndRemainder(dividingBy: max(1, needs.count))
      let need = needs.isEmpty ? inputs : Int(needs[rest])
      return [Int](repeating: frame * inputs + need, count: count)
    case .each(let schedules):
      return schedules.flatMap { $0.needs(for: word, port: port, inputs: 1) }
    }
  }

  /// Entries of an ascending list that are at most `limit`.
  private static func count(_ needs: [Int32], upTo limit: Int32) -> Int {
    var low = 0
    var high = needs.count
    while low < high {
      let middle = (low + high) / 2
      if needs[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Hazards (docs/reference/hazards.md) that change values without any stall.
public struct ValueHazards: Sendable, Equatable {
  /// `thresholding-narrow-wrap`: RTL thresholds narrower than a signed input clip wrongly.
  public var thresholdingNarrowWrap: Bool
  /// `requant-wide-input`: Requant_rtl cuts inputs wider than its multiplier.
  public var requantWideInput: Bool
  /// `hls-window-leftover-rows`: rows an HLS window never reads shift all later frames.
  public var windowLeftoverRows: Bool

  /// Which defects change values.
  public init(
    thresholdingNarrowWrap: Bool = true, requantWideInput: Bool = true,
    windowLeftoverRows: Bool = true
  ) {
    self.thresholdingNarrowWrap = thresholdingNarrowWrap
    self.requantWideInput = requantWideInput
    self.windowLeftoverRows = windowLeftoverRows
  }

  /// The mathematical result.
  public static let none = ValueHazards(
    thresholdingNarrowWrap: false, requantWideInput: false, windowLeftoverRows: false)
}
