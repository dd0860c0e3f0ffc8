/// MVAU_rtl and VVAU_rtl: replay buffer (several neuron folds only), compute pipeline, output
/// registers (docs/reference/rtl-rules.md#compute-core; docs/reference/hazards.md).
final class SteppedCore: SteppedBlock {
  enum Weights {
    /// Valid in every cycle from this one on.
    case valid(from: Int)
    case stream(Int)
  }

  private let input: Int
  private let output: Int
  private let weights: Weights
  private let synapseFold: Int
  private let neuronFold: Int
  /// Words of the replay buffer; nil: none.
  private let capacity: Int?

  // Replay buffer.
  private var written = 0
  private var freed = 0
  private var vector = 0
  private var readFold = 0
  private var readWord = 0
  /// The output register of the buffer holds a word.
  private var register = false

  // Core.
  private var slot = 0
  private var pipeline: [Bool]
  private var a = false
  private var b = false

  init(
    input: Int, output: Int, weights: Weights, synapseFold: Int, neuronFold: Int, depth: Int
  ) {
    self.input = input
    self.output = output
    self.weights = weights
    self.synapseFold = synapseFold
    self.neuronFold = neuronFold
    var size = 2
    while size < synapseFold { size *= 2 }
    capacity = neuronFold > 1 ? size : nil
    pipeline = Array(repeating: false, count: depth)
  }

  /// A whole vector may be computed behind the last input.
  var patience: Int { pipeline.count + 2 + 2 * synapseFold * neuronFold }

  private var isEnabled: Bool { !a }

  private func hasWeight(_ wires: Wires, _ cycle: Int) -> Bool {
    switch weights {
    case .valid(let first): cycle >= first
    case .stream(let wire): wires.valid[wire]
    }
  }

  private func hasActivation(_ wires: Wires) -> Bool {
    capacity == nil ? wires.valid[input] : register
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] =
      capacity.map { written - freed < $0 } ?? (isEnabled && hasWeight(wires, cycle))
    if case .stream(let wire) = weights {
      wires.ready[wire] = isEnabled && hasActivation(wires)
    }
    wires.valid[output] = b
  }

  func clock(_ wires: Wires, cycle: Int) {
    let enabled = isEnabled
    let consumes = enabled && hasActivation(wires)
    let fires = consumes && hasWeight(wires, cycle)
    // The flag is qualified by the activation alone.
    let last = consumes && slot % synapseFold == synapseFold - 1
    if capacity != nil { replay(accepts: wires.moves(input), fires: fires) }
    shift(enabled: enabled, last: last, isFree: !b || wires.ready[output])
    if fires { slot += 1 }
  }

  private func replay(accepts: Bool, fires: Bool) {
    if fires { register = false }
    if !register, vector * synapseFold + readWord < written {
      register = true
      if readFold == neuronFold - 1 { freed += 1 }
      readWord += 1
      if readWord == synapseFold {
        readWord = 0
        readFold += 1
        if readFold == neuronFold {
          readFold = 0
          vector += 1
        }
      }
    }
    if accepts { written += 1 }
  }

  private func shift(enabled: Bool, last: Bool, isFree: Bool) {
    let result = enabled && pipeline[pipeline.count - 1]
    if isFree {
      b = result || a
      a = false
    } else {
      a = a || result
    }
    guard enabled else { return }
    pipeline.removeLast()
    pipeline.insert(last, at: 0)
  }
}
