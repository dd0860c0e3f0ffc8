/// One attribute of a block: its name, type, default and allowed values.
public struct AttributeSpec: Sendable {
  /// What an attribute's value is, and its range.
  public enum Kind: Sendable, Equatable {
    case int(ClosedRange<Int>)
    /// A list of integers; `count` when its length is fixed.
    case ints(count: Int?, ClosedRange<Int>)
    /// A string, from `allowed` unless that is empty.
    case string(allowed: [String])
    case strings
    /// The name of a FINN data type.
    case dataType
    case float(ClosedRange<Double>)
  }

  /// FINN's name, and what a value may be.
  public let name: String
  public let kind: Kind
  /// `nil`: the attribute is required.
  public let defaultValue: AttributeValue?
  /// One line for `simrun blocks` and the JSON Schema.
  public let summary: String
  /// Set when only one of a block's implementations has the attribute.
  public let backend: Backend?
  /// The first FINN whose block has the attribute; nil: all of them.
  public private(set) var first: FINNGeneration?

  /// How a block is implemented: the suffix of its op type.
  public enum Backend: String, Sendable {
    case hls = "_hls"
    case rtl = "_rtl"
  }

  /// An attribute of its parts; the functions below are shorter.
  public init(
    _ name: String, _ kind: Kind, default value: AttributeValue?, _ summary: String,
    backend: Backend? = nil
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = value
    self.summary = summary
    self.backend = backend
  }

  /// The same attribute, present only on the implementation `backend`.
  public func only(_ backend: Backend) -> AttributeSpec {
    var spec = AttributeSpec(name, kind, default: defaultValue, summary, backend: backend)
    spec.first = first
    return spec
  }

  /// The same attribute, which blocks of a FINN before `generation` do not have.
  public func since(_ generation: FINNGeneration) -> AttributeSpec {
    var spec = self
    spec.first = generation
    return spec
  }

  /// Whether nodes of `opType` have the attribute.
  public func applies(to opType: String) -> Bool {
    backend.map { opType.hasSuffix($0.rawValue) } ?? true
  }
}

extension AttributeSpec {
  /// A whole number; required unless a default is given.
  public static func int(
    _ name: String, in range: ClosedRange<Int> = 1...maximumInt, default value: Int? = nil,
    _ summary: String
  ) -> AttributeSpec {
    AttributeSpec(name, .int(range), default: value.map(AttributeValue.int), summary)
  }

  /// A flag stored as 0 or 1; 0 unless stated.
  public static func flag(_ name: String, default value: Int = 0, _ summary: String)
    -> AttributeSpec
  {
    AttributeSpec(name, .int(0...1), default: .int(value), summary)
  }

  /// A list of whole numbers, each in `range`; `count` of them where that is fixed.
  public static func ints(
    _ name: String, count: Int? = nil, in range: ClosedRange<Int> = 1...maximumInt,
    default value: [Int]? = nil, _ summary: String
  ) -> AttributeSpec {
    AttributeSpec(
      name, .ints(count: count, range), default: value.map(AttributeValue.ints), summary)
  }

  /// A text; one of `choices` where they are stated.
  public static func string(
    _ name: String, oneOf allowed: [String] = [], default value: String? = nil, _ summary: String
  ) -> AttributeSpec {
    AttributeSpec(
      name, .string(allowed: allowed), default: value.map(AttributeValue.string), summary)
  }

  /// A FINN data type by name, e.g. `INT8`.
  public static func dataType(_ name: String, default value: String? = nil, _ summary: String)
    -> AttributeSpec
  {
    AttributeSpec(name, .dataType, default: value.map(AttributeValue.string), summary)
  }

  /// Bound of any dimension or count: the product of one with whatever a plausible block has of words,
  /// elements or cycles (`Block.absurdSize`) fits 64 bits.
  public static let maximumInt = 1 << 31

  /// Values that no size is made of: offsets, notes of other tools.
  public static let anyInt = -Int.largestStated...Int.largestStated
}

/// A node's attributes after checking: every declared attribute has a value of its declared kind.
public struct Attributes: Sendable {
  /// A FINN op type.
  public let opType: String
  /// The design's part decides DSP cores; `nil` when the design names none.
  public let part: String?
  public let clockMHz: Double
  /// The FINN whose block this is.
  public let generation: FINNGeneration
  private let values: [String: AttributeValue]

  package init(
    opType: String, part: String?, clockMHz: Double, generation: FINNGeneration,
    values: [String: AttributeValue]
  ) {
    self.opType = opType
    self.part = part
    self.clockMHz = clockMHz
    self.generation = generation
    self.values = values
  }

  /// Whether it is an RTL block, by the op type's ending.
  public var isRTL: Bool { opType.hasSuffix("_rtl") }

  /// The attribute's value; a precondition failure if the block did not declare it (a programming
  /// error that the catalogue tests find, never an input error).
  public func int(_ name: String) -> Int {
    guard case .int(let v)? = values[name] else { preconditionFailure("undeclared int \(name)") }
    return v
  }
  /// The value of a list attribute; the spec has checked that there is one.
  public func ints(_ name: String) -> [Int] {
    guard case .ints(let v)? = values[name] else { preconditionFailure("undeclared ints \(name)") }
    return v
  }
  /// The value of a text attribute; the spec has checked that there is one.
  public func string(_ name: String) -> String {
    guard case .string(let v)? = values[name] else {
      preconditionFailure("undeclared string \(name)")
    }
    return v
  }
  /// The value of a list of texts; the spec has checked that there is one.
  public func strings(_ name: String) -> [String] {
    guard case .strings(let v)? = values[name] else {
      preconditionFailure("undeclared strings \(name)")
    }
    return v
  }
  /// The value of a number; the spec has checked that there is one.
  public func float(_ name: String) -> Double {
    guard case .float(let v)? = values[name] else {
      preconditionFailure("undeclared float \(name)")
    }
    return v
  }
  /// Whether a whole number is not 0.
  public func flag(_ name: String) -> Bool { int(name) != 0 }
  /// The data type an attribute names; the spec has checked the name.
  public func dataType(_ name: String) -> DataType {
    DataType(string(name)) ?? .float32
  }
  /// The data type, or `nil` where the attribute was left empty.
  public func optionalDataType(_ name: String) -> DataType? {
    DataType(string(name))
  }
  /// Whether the op type of this node has the attribute.
  public func declares(_ name: String) -> Bool { values[name] != nil }

  /// The settings every node has.
  public var settings: NodeSettings {
    NodeSettings(
      opType: opType, generation: generation, inFIFODepths: ints("inFIFODepths"),
      outFIFODepths: ints("outFIFODepths"), hls: hlsSettings)
  }

  private var hlsSettings: HLSSettings {
    let tool: HLSSchedule.Tool = generation <= .v0_6 ? .vivado : .vitis
    guard declares("hls_structure") else { return HLSSettings(tool: tool, clockMHz: clockMHz) }
    func stated(_ name: String, unset: Int) -> Int? { int(name) == unset ? nil : int(name) }
    let source = string("hls_read_from")
    return HLSSettings(
      structure: HLSSchedule.Structure(rawValue: string("hls_structure")),
      stages: stated("hls_stages", unset: 0), source: source.isEmpty ? nil : source,
      latency: stated("latency", unset: -1), interval: stated("initiation_interval", unset: 0),
      tool: tool, clockMHz: clockMHz)
  }

  /// The product of `factors`; throws when it exceeds `maximumElements`. Blocks check the largest
  /// tensor they handle once, so that everything derived from it (times bits per element, times
  /// small constants) fits 64 bits.
  @discardableResult
  public func size(_ what: String, _ factors: [Int]) throws -> Int {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      guard !overflow, next <= Self.maximumElements else {
        let shape = factors.map(String.init).joined(separator: " x ")
        throw InputError(
          "\(what) of \(shape) elements is beyond any device", hint: "at most 2^44 elements")
      }
      product = next
    }
    return product
  }

  /// Largest number of elements of a tensor or memory.
  public static let maximumElements = 1 << 44

  /// The port `folded_shape` and `dataType` describe, or the open port.
  package func openPort() throws -> Port {
    let shape = ints("folded_shape")
    guard !shape.isEmpty else { return .open }
    try size("a tensor", shape)
    guard let type = optionalDataType("dataType") else {
      return Port(folded: shape, width: nil, words: product(shape.dropLast()))
    }
    return Port(
      normal: shape.dropLast(2) + [product(shape.suffix(2))], folded: shape, dataType: type)
  }

  /// The range of `type`, or an error that says the type has none: computed output types need it.
  package func range(of type: DataType, _ attribute: String) throws -> ClosedRange<Int> {
    if let range = type.range, type.bits <= 48 { return range }
    throw InputError(
      "\(type) has no integer range an output type could be computed from",
      at: "attribute '\(attribute)'", hint: "an integer type of at most 48 bits")
  }

  /// DSP generation of the design's part; UltraScale+ when the design names none.
  public var dspFamily: DSPFamily { part.map(DSPFamily.init(part:)) ?? .dsp48e2 }

  /// Throws unless `condition`: "`attribute` is VALUE; RULE".
  public func require(_ condition: Bool, _ attribute: String, _ rule: @autoclosure () -> String)
    throws
  {
    guard !condition else { return }
    let value = values[attribute].map { "\($0.text) " } ?? ""
    throw InputError("\(value)\(rule())", at: "attribute '\(attribute)'")
  }

  /// Throws unless `part` divides `whole`, naming the divisors that are allowed.
  public func requireDivides(_ attribute: String, _ whole: Int, _ wholeName: String) throws {
    let part = int(attribute)
    guard part <= 0 || whole % part != 0 else { return }
    throw InputError(
      "\(part) does not divide \(wholeName) = \(whole)", at: "attribute '\(attribute)'",
      hint: "allowed: \(divisorList(of: whole))")
  }
}

/// The divisors of `n` in increasing order.
public func divisors(of n: Int) -> [Int] {
  guard n > 0 else { return [] }
  var small: [Int] = [], large: [Int] = []
  var d = 1
  while d * d <= n {
    if n % d == 0 {
      small.append(d)
      if d * d != n { large.append(n / d) }
    }
    d += 1
  }
  return small + large.reversed()
}

/// At most a dozen divisors, for a message.
private func divisorList(of n: Int) -> String {
  guard n <= 1 << 32 else { return "any divisor of \(n)" }
  let all = divisors(of: n)
  let shown = all.prefix(12).map(String.init).joined(separator: ", ")
  return all.count > 12 ? shown + ", …, \(n)" : shown
}

extension AttributeValue {
  /// The value as a person would write it in JSON.
  public var text: String {
    func quoted(_ s: String) -> String { "\"\(s)\"" }
    switch self {
    case .int(let v): return String(v)
    case .ints(let v): return "[" + v.map(String.init).joined(separator: ", ") + "]"
    case .string(let v): return quoted(v)
    case .strings(let v): return "[" + v.map(quoted).joined(separator: ", ") + "]"
    case .float(let v): return String(v)
    case .floats(let v): return "[" + v.map { String($0) }.joined(separator: ", ") + "]"
    }
  }
}
