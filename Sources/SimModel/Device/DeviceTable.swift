/// What a device, or one of its super logic regions (SLRs), offers.
public struct DeviceResources: Sendable, Equatable {
  /// Look-up tables and flip-flops.
  public var lut: Int
  public var ff: Int
  /// RAMB18 blocks.
  public var bram18: Int
  public var uram: Int
  public var dsp: Int

  /// So many of each kind; two flip-flops per look-up table unless stated.
  public init(lut: Int, ff: Int? = nil, bram18: Int, uram: Int, dsp: Int) {
    self.lut = lut
    self.ff = ff ?? 2 * lut
    self.bram18 = bram18
    self.uram = uram
    self.dsp = dsp
  }

  /// Used over available per kind, `nil` where the device has none.
  public func utilisation(of used: Resources) -> [(kind: String, share: Double?)] {
    func share(_ used: Int, _ available: Int) -> Double? {
      available == 0 ? (used == 0 ? 0 : nil) : Double(used) / Double(available)
    }
    let registers = used.ff.map { [("FF", share($0, ff))] } ?? []
    return [("LUT", share(used.lut, lut))] + registers + [
      ("BRAM_18K", share(used.bram18, bram18)), ("URAM", share(used.uram, uram)),
      ("DSP", share(used.dsp, dsp)),
    ]
  }

  /// The same as a use of everything.
  public var all: Resources {
    Resources(lut: lut, ff: ff, bram18: bram18, uram: uram, dsp: dsp)
  }
}

/// An FPGA simrun knows. Source: docs/reference/resources.md#devices.
public struct Device: Sendable, Equatable {
  /// The start of its part names, e.g. `xc7z020`.
  public let partPrefix: String
  /// Data-sheet totals of the whole device.
  public let total: DeviceResources
  /// FINN's platform table per SLR, the shell taken off; empty where FINN has no entry.
  public let slrs: [DeviceResources]

  /// The boards that carry it.
  public var boards: [Board] { Board.all.filter { Device.find($0.part) == self } }

  /// Which DSP slices it has.
  public var dspFamily: DSPFamily { DSPFamily(part: partPrefix) }

  /// The device of a part name or, failing that, of a board name; case is ignored.
  /// Throws `InputError` naming the nearest known one.
  public static func named(_ name: String) throws -> Device {
    if let device = find(name) { return device }
    let near = nearestName(to: name, among: all.map(\.partPrefix) + Board.all.map(\.name))
    let some = finnDevices.map(\.partPrefix).joined(separator: ", ")
    let known =
      "known are \(some), \(all.count - finnDevices.count) more of the Zynq, Artix, Spartan, Kintex, "
      + "Virtex, Kria, Alveo and Versal families, and \(Board.all.count) boards (Pynq-Z1, KV260, U250, …)"
    throw InputError(
      "unknown part or board '\(name)'",
      hint: near.map { "did you mean '\($0)'? \(known)" } ?? known)
  }

  private static func find(_ name: String) -> Device? {
    var wanted = (Board.named(name)?.part ?? name).lowercased()
    // Automotive and defence grades are the same silicon.
    if wanted.hasPrefix("xa") || wanted.hasPrefix("xq") { wanted = "xc" + wanted.dropFirst(2) }
    return all.first { wanted.hasPrefix($0.partPrefix) }
  }

  /// The full part name for a board name; any other name is returned as it is.
  public static func part(for name: String) -> String { Board.named(name)?.part ?? name }

  /// Something with these resources and no name: what `--budget` states.
  public static func budget(_ total: DeviceResources) -> Device {
    Device(budgetName, total: total, slrs: [])
  }

  /// What stands for a part's name where a budget does for the part.
  public static let budgetName = "budget"

  /// Every part that is known: FINN's table, then data sheets.
  public static let all: [Device] = finnDevices + DataSheetDevices.all

  /// Devices FINN has a platform table for, or a board.
  private static let finnDevices: [Device] = [
    Device(
      "xc7z020",
      total: .init(lut: 53200, bram18: 280, uram: 0, dsp: 220),
      slrs: [.init(lut: 53200, bram18: 280, uram: 0, dsp: 220)]),
    Device(
      "xczu3eg",
      total: .init(lut: 70560, bram18: 432, uram: 0, dsp: 360),
      slrs: [.init(lut: 71000, bram18: 412, uram: 0, dsp: 360)]),
    Device(
      "xck26",
      total: .init(lut: 117120, bram18: 288, uram: 64, dsp: 1248), slrs: []),
    Device(
      "xczu7ev",
      total: .init(lut: 230400, bram18: 624, uram: 96, dsp: 1728),
      slrs: [.init(lut: 230000, bram18: 610, uram: 92, dsp: 1728)]),
    Device(
      "xczu9eg",
      total: .init(lut: 274080, bram18: 1824, uram: 0, dsp: 2520),
      slrs: [.init(lut: 274000, bram18: 1824, uram: 0, dsp: 2520)]),
    Device(
      "xczu28dr",
      total: .init(lut: 425280, bram18: 2160, uram: 80, dsp: 4272),
      slrs: [.init(lut: 425000, bram18: 2160, uram: 80, dsp: 4272)]),
    Device(
      "xczu48dr",
      total: .init(lut: 425280, bram18: 2160, uram: 80, dsp: 4272), slrs: []),
    Device(
      "xcu50",
      total: .init(lut: 871680, bram18: 2688, uram: 640, dsp: 5952),
      slrs: [
        .init(lut: 374400, bram18: 1128, uram: 304, dsp: 2592),
        .init(lut: 368160, bram18: 1128, uram: 304, dsp: 2760),
      ]),
    Device(
      "xcu200",
      total: .init(lut: 1_182_240, bram18: 4320, uram: 960, dsp: 6840),
      slrs: [
        .init(lut: 385920, bram18: 1428, uram: 320, dsp: 2268),
        .init(lut: 199680, bram18: 840, uram: 160, dsp: 1320),
        .init(lut: 385920, bram18: 1428, uram: 320, dsp: 2268),
      ]),
    Device(
      "xcu250",
      total: .init(lut: 1_728_000, bram18: 5376, uram: 1280, dsp: 12288),
      slrs: Array(repeating: .init(lut: 375000, bram18: 1152, uram: 320, dsp: 2880), count: 4)),
    Device(
      "xcu280",
      total: .init(lut: 1_303_680, bram18: 4032, uram: 960, dsp: 9024),
      slrs: [
        .init(lut: 400800, bram18: 1200, uram: 320, dsp: 2736),
        .init(lut: 382080, bram18: 1152, uram: 320, dsp: 2880),
        .init(lut: 380640, bram18: 1152, uram: 320, dsp: 2880),
      ]),
    Device(
      "xcu55c",
      total: .init(lut: 1_303_680, bram18: 4032, uram: 960, dsp: 9024),
      slrs: [
        .init(lut: 386000, ff: 773000, bram18: 1200, uram: 320, dsp: 2664),
        .init(lut: 364000, ff: 729000, bram18: 1152, uram: 320, dsp: 2784),
        .init(lut: 381000, ff: 763000, bram18: 1200, uram: 320, dsp: 2856),
      ]),
    Device(
      "xcvc1902",
      total: .init(lut: 899840, bram18: 1934, uram: 463, dsp: 1968), slrs: []),
    Device(
      "xcve2802",
      total: .init(lut: 520704, bram18: 1200, uram: 264, dsp: 1312), slrs: []),
  ]

  init(_ partPrefix: String, total: DeviceResources, slrs: [DeviceResources]) {
    self.partPrefix = partPrefix
    self.total = total
    self.slrs = slrs
  }
}

/// Shares of a device up to which a design is expected to close timing, by FINN's guide.
/// Source: docs/reference/resources.md#devices.
public enum TimingClosure {
  /// Share of each kind that may be used.
  public static let lut = 0.7
  public static let ff = 0.5
  public static let bram = 0.8
  public static let uram = 0.8
  public static let dsp = 0.8
  /// The mean of the BRAM, URAM and DSP shares.
  public static let memoryAndDSPMean = 0.7
  /// Wires between two SLRs.
  public static let slrWires = 5000

  /// The limits a use of `device` exceeds, one sentence each; empty when it should close timing.
  public static func exceeded(by used: Resources, on device: DeviceResources) -> [String] {
    let limits = ["LUT": lut, "FF": ff, "BRAM_18K": bram, "URAM": uram, "DSP": dsp]
    var sentences: [String] = []
    var hardShares: [Double] = []
    for (kind, share) in device.utilisation(of: used) {
      guard let share else {
        sentences.append("the device has no \(kind)")
        continue
      }
      if kind != "LUT", kind != "FF" { hardShares.append(share) }
      if let limit = limits[kind], share > limit {
        let (used, most) = (share.percent(digits: 0), limit.percent(digits: 0))
        sentences.append("\(kind) at \(used) is above \(most)")
      }
    }
    let mean = hardShares.reduce(0, +) / Double(max(hardShares.count, 1))
    if mean > memoryAndDSPMean {
      let (used, most) = (mean.percent(digits: 0), memoryAndDSPMean.percent(digits: 0))
      sentences.append("BRAM, URAM and DSP at \(used) on average are above \(most)")
    }
    return sentences
  }
}

/// What a shell's infrastructure takes from the SLR it sits in.
public enum ShellResources {
  /// A DDR memory controller.
  public static let ddrController = DeviceResources(
    lut: 33256, ff: 44889, bram18: 199, uram: 0, dsp: 3)
  /// The HBM subsystem.
  public static let hbm = DeviceResources(lut: 10718, ff: 21793, bram18: 8, uram: 0, dsp: 0)
  /// A 100 Gbit/s Ethernet core.
  public static let ethernet100G = DeviceResources(
    lut: 35219, ff: 86269, bram18: 183, uram: 0, dsp: 0)
}
