/// Sizes of a sliding window as the generator's state machines use them
/// (docs/reference/sliding-windows.md#register-view).
struct SteppedGeometry {
  var kernel: (h: Int, w: Int)
  var stride: (h: Int, w: Int)
  var dilation: (h: Int, w: Int)
  var input: (h: Int, w: Int)
  var output: (h: Int, w: Int)
  /// Words per pixel.
  var fold: Int
  var isDepthwise: Bool

  var reach: (h: Int, w: Int) {
    ((kernel.h - 1) * dilation.h + 1, (kernel.w - 1) * dilation.w + 1)
  }
  var skippedColumns: Int { input.w % (reach.w + (output.w - 1) * stride.w) }
  var skippedRows: Int { input.h % (reach.h + (output.h - 1) * stride.h) }
  var lastRead: Int { input.h * input.w * fold - 1 }
  var lastWrite: Int {
    ((input.h - skippedRows - 1) * input.w + (input.w - skippedColumns)) * fold - 1
  }
  /// From one window of a row to the next, from a row's last to the next row's first.
  var stepInRow: Int { stride.w * fold }
  var stepToRow: Int { (skippedColumns + reach.w + (stride.h - 1) * input.w) * fold }
  /// Words from the first to the last of a window.
  var span: Int {
    ((kernel.h - 1) * dilation.h * input.w + (kernel.w - 1) * dilation.w + 1) * fold
  }

  /// The words of a frame's windows in output order.
  var outputOrder: [Int] {
    var order: [Int] = []
    for y in 0..<output.h {
      for x in 0..<output.w {
        func word(_ a: Int, _ b: Int, _ c: Int) -> Int {
          ((y * stride.h + a * dilation.h) * input.w + x * stride.w + b * dilation.w) * fold + c
        }
        if isDepthwise {
          for c in 0..<fold {
            for a in 0..<kernel.h { for b in 0..<kernel.w { order.append(word(a, b, c)) } }
          }
        } else {
          for a in 0..<kernel.h {
            for b in 0..<kernel.w { for c in 0..<fold { order.append(word(a, b, c)) } }
          }
        }
      }
    }
    return order
  }
}

/// ConvolutionInputGenerator_rtl, default style: the controller of the cyclic buffer.
final class SteppedCyclicWindow: SteppedBlock {
  private let input: Int
  private let output: Int
  private let geometry: SteppedGeometry
  private let order: [Int]
  private let depth: Int
  private let elements: Int

  private var newest = -1
  private var nextFirst = 0
  /// Outputs fetched; `order[fetched]` is the current word.
  private var fetched = 0
  private var outPending = false
  private var fetchDone = false
  private var writeDone = false

  init(input: Int, output: Int, geometry g: SteppedGeometry) {
    self.input = input
    self.output = output
    geometry = g
    order = g.outputOrder
    let pixels = g.kernel.h * g.kernel.w
    depth =
      g.span + max(0, (g.stride.w - 1 - pixels) * g.fold)
      + max(0, ((g.stride.h - 1) * g.input.w - pixels) * g.fold)
    elements = g.isDepthwise && g.fold > 1 ? pixels : pixels * g.fold
  }

  private var current: Int { order[min(fetched, order.count - 1)] }
  private var wants: Bool {
    let oldest = newest - (depth - 1)
    return newest < geometry.lastRead && (fetchDone || oldest < nextFirst && oldest < current)
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = wants && wires.valid[input]
    wires.valid[output] = outPending
  }

  func clock(_ wires: Wires, cycle: Int) {
    let fetches = current <= newest && !fetchDone && !(outPending && !wires.ready[output])
    let accepts = wires.moves(input)
    let hands = wires.moves(output)
    let ends = hands && fetchDone
    if fetches {
      if fetched % elements == 0 { nextFirst += tail(fetched / elements) }
      fetched += 1
      outPending = true
      if fetched == order.count { fetchDone = true }
    } else if hands {
      outPending = false
    }
    if accepts { newest += 1 }
    if ends { writeDone = true }
    if writeDone, newest == geometry.lastRead { reset() }
  }

  /// How far `nextFirst` moves when the first word of group `group` has been fetched.
  private func tail(_ group: Int) -> Int {
    let g = geometry
    let groups = g.isDepthwise && g.fold > 1 ? g.fold : 1
    if group % groups < groups - 1 { return 1 }
    let window = group / groups
    let back = groups > 1 ? g.fold - 1 : 0
    if window == g.output.h * g.output.w - 1 { return g.span - 1 }
    return (window % g.output.w == g.output.w - 1 ? g.stepToRow : g.stepInRow) - back
  }

  private func reset() {
    newest = -1
    nextFirst = 0
    fetched = 0
    outPending = false
    fetchDone = false
    writeDone = false
  }
}

/// ConvolutionInputGenerator_rtl, parallel style: the controller of the shift chain.
final class SteppedShiftWindow: SteppedBlock {
  private let input: Int
  private let output: Int
  private let geometry: SteppedGeometry
  private var newest = -1
  private var current: Int
  private var window = 0
  private var writingDone = false
  private var acked = false

  init(input: Int, output: Int, geometry: SteppedGeometry) {
    self.input = input
    self.output = output
    self.geometry = geometry
    current = geometry.span - geometry.fold
  }

  private var writes: Bool { current <= newest && !writingDone }
  private var reads: Bool { newest < geometry.lastRead && (writingDone || newest <= current) }
  private func isSatisfied(_ wires: Wires) -> Bool { !writes || acked || wires.ready[output] }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.valid[output] = writes && !acked
    wires.ready[input] = reads && wires.valid[input] && isSatisfied(wires)
  }

  func clock(_ wires: Wires, cycle: Int) {
    let (wrote, satisfied, accepts) = (writes, isSatisfied(wires), wires.moves(input))
    guard accepts || !reads && satisfied else {
      if wires.moves(output) { acked = true }
      return
    }
    if accepts { newest += 1 }
    if wrote { nextWindow() }
    acked = false
    if writingDone, newest == geometry.lastRead { reset() }
  }

  private func nextWindow() {
    let g = geometry
    guard current != g.lastWrite else {
      writingDone = true
      return
    }
    window += 1
    if window % g.fold != 0 {
      current += 1
    } else if window / g.fold % g.output.w != 0 {
      current += (g.stride.w - 1) * g.fold + 1
    } else {
      current += (g.skippedColumns + g.reach.w - 1 + (g.stride.h - 1) * g.input.w) * g.fold + 1
    }
  }

  private func reset() {
    newest = -1
    current = geometry.span - geometry.fold
    window = 0
    writingDone = false
    acked = false
  }
}
