/// What HLS reports about one module it has synthesised: `<module>_csynth.xml`.
///
/// Vivado HLS 2020.1 and Vitis HLS up to 2024.2 write the same elements; a number they do not know is
/// `undef`, `-` or a range, and `nil` here.
public struct HLSModuleReport: Sendable, Equatable {
  /// The module's name as the report states it.
  public var module: String
  /// `2022.2`.
  public var tool: String?
  /// Clock period asked for, in ns.
  public var clock: Double?
  /// The part it was synthesised for, as HLS writes it: `xc7z020-clg400-1`.
  public var part: String?
  /// Cycles from start to done.
  public var latency: Int?
  /// Cycles from one start to the next.
  public var interval: Int?
  /// `dataflow` where the module is a network of processes; `no`, `yes`, `loop auto-rewind stp …`.
  public var pipelineType: String?
  /// The module's own loops. Those of the functions it calls are in their reports.
  public var loops: [Loop] = []
  public var area: HLSArea?
  /// The clock period HLS thinks the module can run at, in ns.
  public var estimatedClock: Double?

  /// A loop of the report.
  public struct Loop: Sendable, Equatable {
    /// As HLS names it.
    public var name: String
    /// `TripCount`: iterations.
    public var trips: Int?
    public var latency: Int?
    /// `PipelineDepth`: stages; `nil` for a loop that is not pipelined.
    public var depth: Int?
    /// `PipelineII`: cycles between two iterations.
    public var interval: Int?
    public var inner: [Loop] = []

    /// A loop of its parts; nil: the report does not say.
    public init(
      name: String, trips: Int? = nil, latency: Int? = nil, depth: Int? = nil,
      interval: Int? = nil, inner: [Loop] = []
    ) {
      self.name = name
      self.trips = trips
      self.latency = latency
      self.depth = depth
      self.interval = interval
      self.inner = inner
    }

    /// The loop itself and all loops in it.
    var flattened: [Loop] { [self] + inner.flatMap(\.flattened) }
  }

  /// A report of which nothing is known but the module.
  public init(module: String) { self.module = module }

  /// Whether another report of the module tells of the same cycles, made by the same tool.
  func hasSameSchedule(as other: HLSModuleReport) -> Bool {
    (tool, latency, interval) == (other.tool, other.latency, other.interval)
      && loops == other.loops
  }

  /// All loops, inner ones behind the loop they are in.
  var allLoops: [Loop] { loops.flatMap(\.flattened) }
  /// The loops that are pipelined.
  var pipelines: [Loop] { allLoops.filter { $0.depth != nil } }
}

/// What HLS thinks a module needs, the modules below it included.
public struct HLSArea: Sendable, Equatable {
  /// Look-up tables and flip-flops.
  public var lut = 0
  public var ff = 0
  /// RAMB18.
  public var bram18 = 0
  public var uram = 0
  public var dsp = 0

  /// So many of each kind.
  public init(lut: Int = 0, ff: Int = 0, bram18: Int = 0, uram: Int = 0, dsp: Int = 0) {
    self.lut = lut
    self.ff = ff
    self.bram18 = bram18
    self.uram = uram
    self.dsp = dsp
  }
}
