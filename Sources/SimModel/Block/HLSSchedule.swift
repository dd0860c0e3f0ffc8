/// What Vitis HLS made of a block's loops, as far as cycles go.
///
/// The structure and the number of pipeline stages vary from one build to the next; everything else
/// follows from the block's folding. Source: docs/reference/hls-rules.md.
public struct HLSSchedule: Sendable, Equatable {
  /// The form of the generated state machine.
  public enum Structure: String, Sendable, CaseIterable {
    /// One call of a pipelined loop per frame: the next starts when the last word has been taken.
    case call
    /// A pipelined loop that starts over without a gap; a word that waits freezes the whole pipeline.
    case continuous
    /// Two continuous loops joined by a FIFO of two words.
    case twoProcesses = "two_processes"
    /// A single iteration spread over states, one frame at a time.
    case states
    /// Loops inside loops that were not flattened.
    case nested
  }

  /// What the generated hardware is built like.
  public var structure: Structure
  /// call, continuous: pipeline stages (csynth's `PipelineDepth`); states: cycles per frame when
  /// nothing blocks; otherwise without meaning.
  public var stages: Int
  /// Cycles between iterations.
  public var interval: Int
  public var tool: Tool
  public var basis: Basis

  /// Which compiler made the block.
  public enum Tool: String, Sendable {
    case vitis
    /// Vivado HLS 2020.1, which FINN used up to 0.6: its pipelines stall on missing input.
    case vivado
  }

  /// What a schedule rests on.
  public enum Basis: Sendable, Equatable {
    /// Nothing varies from build to build: the rule was measured and has no free parameter.
    case measured
    /// Read from a file of the build; exact.
    case read(file: String)
    /// Stated by the design; exact.
    case stated
    /// Expected from op, folding, data types and clock. The hardware may have any of the options, the
    /// first being the likeliest.
    case predicted([Option])
    /// Nobody has measured a block of this kind.
    case unknown
  }

  /// A structure with the stages it may have.
  public struct Option: Sendable, Equatable {
    /// A structure, and the pipeline stages it may have.
    public var structure: Structure
    public var stages: ClosedRange<Int>
    /// Within `stages`.
    public var likely: Int

    /// Schedules of one structure; `likely` is the number of stages that a prediction takes.
    public init(_ structure: Structure, _ stages: ClosedRange<Int>, likely: Int) {
      self.structure = structure
      self.stages = stages
      self.likely = min(max(likely, stages.lowerBound), stages.upperBound)
    }
  }

  /// A schedule of its parts.
  public init(
    structure: Structure, stages: Int, interval: Int = 1, tool: Tool = .vitis, basis: Basis
  ) {
    self.structure = structure
    self.stages = stages
    self.interval = interval
    self.tool = tool
    self.basis = basis
  }
}

extension HLSSchedule {
  /// Whether the block's cycles are the hardware's.
  public var isExact: Bool {
    switch basis {
    case .measured, .read, .stated: true
    case .predicted, .unknown: false
    }
  }

  /// Where the cycles come from, in words.
  public var summary: String {
    let what = structure.usesStages ? "\(structure.rawValue), \(stages) stages" : structure.rawValue
    switch basis {
    case .measured: return "measured rule (\(what))"
    case .read(let file): return "schedule read from \(file) (\(what))"
    case .stated: return "schedule stated (\(what))"
    case .predicted(let options):
      let all = options.map(\.summary).joined(separator: " or ")
      return "HLS schedule predicted: \(what); possible: \(all)"
    case .unknown: return "HLS loop nest without a measured rule (\(what))"
    }
  }
}

extension HLSSchedule.Structure {
  /// Whether the number of stages means anything.
  package var usesStages: Bool { self == .call || self == .continuous || self == .states }
}

extension HLSSchedule.Option {
  public var summary: String {
    guard structure.usesStages else { return structure.rawValue }
    return stages.count == 1
      ? "\(structure.rawValue) \(likely)"
      : "\(structure.rawValue) \(stages.lowerBound) to \(stages.upperBound)"
  }
}

/// What a node's attributes say about its HLS schedule, and what a prediction depends on besides.
public struct HLSSettings: Sendable, Equatable {
  /// `hls_structure` and `hls_stages`.
  public var structure: HLSSchedule.Structure?
  public var stages: Int?
  /// `hls_read_from`: the file of the build the two were read from; nil: stated by hand.
  public var source: String?
  /// `latency`: cycles from an iteration's start to its word at the output, with room.
  public var latency: Int?
  /// `initiation_interval`: cycles between iterations.
  public var interval: Int?
  public var tool: HLSSchedule.Tool
  public var clockMHz: Double

  /// What a node states of its schedule; nil: nothing.
  public init(
    structure: HLSSchedule.Structure? = nil, stages: Int? = nil, source: String? = nil,
    latency: Int? = nil, interval: Int? = nil, tool: HLSSchedule.Tool = .vitis,
    clockMHz: Double = 100
  ) {
    self.structure = structure
    self.stages = stages
    self.source = source
    self.latency = latency
    self.interval = interval
    self.tool = tool
    self.clockMHz = clockMHz
  }
}

extension HLSSchedule.Structure {
  /// The stages with which a word is at the output `latency` cycles after its iteration starts.
  package func stages(forLatency latency: Int) -> Int {
    switch self {
    case .call, .nested, .twoProcesses, .states: latency
    case .continuous: latency + 1
    }
  }

  /// Fewer there cannot be.
  package var leastStages: Int {
    switch self {
    case .call, .nested, .twoProcesses: 1
    case .continuous: 2
    case .states: 6
    }
  }
}
