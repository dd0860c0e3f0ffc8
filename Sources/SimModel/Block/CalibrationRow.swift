/// One placed node: what it is built of, what was placed of it, and what was estimated.
public struct CalibrationRow: Sendable {
  /// The build it is from; a build is left out as a whole.
  public var build: String
  public var node: String
  public var opType: String
  public var structure: CostStructure
  /// The same node as any stream block; nil where it is more than that.
  public var asStream: CostStructure?
  /// What HLS reported of it.
  public var reported: ReportedArea?
  public var placed: PlacedUse
  /// Vivado found bits that never change and took them out: it tells nothing of the block.
  public var isTrimmed = false
  public var finn: Resources

  /// - Parameters:
  ///   - block: the node's block.
  ///   - context: the design it is part of.
  public init(
    build: String, node: String, block: any Block, in context: CostContext, placed: PlacedUse,
    reported: ReportedArea? = nil
  ) {
    self.build = build
    self.node = node
    opType = block.opType
    structure = block.costStructure(in: context)
    asStream = structure.isTypicalStream ? block.streamStructure(in: context) : nil
    self.reported = reported
    self.placed = placed
    finn = block.resources(on: context.device).finn
  }
}

/// Resources of a utilisation report, which may not tell memory from logic among LUTs.
public struct PlacedUse: Sendable, Equatable {
  /// By kind; LUTs include memory and shift registers, `lutram` is nil where the report does not
  /// tell.
  public var lut: Int
  public var lutram: Int?
  public var srl: Int
  public var ff: Int
  public var bram18: Int
  public var uram: Int
  public var dsp: Int

  /// So many of each kind.
  public init(
    lut: Int, lutram: Int? = nil, srl: Int = 0, ff: Int, bram18: Int = 0, uram: Int = 0,
    dsp: Int = 0
  ) {
    self.lut = lut
    self.lutram = lutram
    self.srl = srl
    self.ff = ff
    self.bram18 = bram18
    self.uram = uram
    self.dsp = dsp
  }

  /// The same, with the LUT memory that `structure` counts where the report does not tell.
  public func use(_ structure: CostStructure) -> ResourceUse {
    var use = ResourceUse()
    let counted = structure.parts.filter { $0.kind == .lutram }.reduce(0) { $0 + $1.amount }
    use[.lutram] = lutram.map(Double.init) ?? min(counted, Double(max(0, lut - srl)))
    use[.srl] = Double(srl)
    use[.logic] = max(0, Double(lut) - use[.lutram] - use[.srl])
    use[.ff] = Double(ff)
    use[.bram18] = Double(bram18)
    use[.uram] = Double(uram)
    use[.dsp] = Double(dsp)
    return use
  }

  /// What a device counts as one kind.
  public func total(_ group: CostGroup) -> Double {
    switch group {
    case .lut: Double(lut)
    case .ff: Double(ff)
    case .bram18: Double(bram18)
    case .uram: Double(uram)
    case .dsp: Double(dsp)
    }
  }
}

extension Resources {
  /// What a device counts as one kind; nil where it is not estimated.
  public func total(_ group: CostGroup) -> Double? {
    switch group {
    case .lut: Double(lut)
    case .ff: ff.map(Double.init)
    case .bram18: Double(bram18)
    case .uram: Double(uram)
    case .dsp: Double(dsp)
    }
  }
}
