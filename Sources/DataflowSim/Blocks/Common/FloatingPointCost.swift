/// What single-precision operators take, about, as Vivado's floating-point cores are documented; HLS makes the
/// same. None was at hand placed, so the estimates that use them are wide.
enum FloatingPointCost {
  case add, multiply, divide, squareRoot, exponential, compare, convert

  var logic: Int {
    switch self {
    case .add: 220
    case .multiply: 90
    case .divide: 780
    case .squareRoot: 460
    case .exponential: 700
    case .compare: 70
    case .convert: 200
    }
  }

  var registers: Int {
    switch self {
    case .add: 330
    case .multiply: 150
    case .divide: 1400
    case .squareRoot: 800
    case .exponential: 900
    case .compare: 40
    case .convert: 250
    }
  }

  var dsps: Int {
    switch self {
    case .add: 2
    case .multiply: 3
    case .exponential: 7
    default: 0
    }
  }
}

extension CostStructure {
  /// Adds `count` operators of each kind.
  mutating func floatingPoint(_ operators: [FloatingPointCost], count: Int) {
    for one in operators {
      logic("floating point", one.logic.multipliedWithoutOverflow(by: count), each: 1)
      registers("floating point", one.registers.multipliedWithoutOverflow(by: count), each: 1)
      self.count(.dsp, one.dsps.multipliedWithoutOverflow(by: count))
    }
  }
}
