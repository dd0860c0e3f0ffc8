/// A board by the names people give it, and the part on it.
public struct Board: Sendable, Equatable {
  /// The name FINN knows it by, and its part.
  public let name: String
  public let part: String

  /// Bits of the memory port FINN's shell gives an accelerator: 64 on Zynq-7000, 128 on Zynq
  /// UltraScale+ and Kria, 512 on Alveo; `nil` where FINN has no shell with memory.
  /// Source: docs/reference/finn-dialect.md#memory-dmas.
  public var portWidth: Int? {
    if part.hasPrefix("xc7z") { return 64 }
    if part.hasPrefix("xczu") || part.hasPrefix("xck2") { return 128 }
    return part.hasPrefix("xcu") || part.hasPrefix("xcv80") ? 512 : nil
  }

  /// The board called `name`; case and anything but letters and digits are ignored.
  public static func named(_ name: String) -> Board? {
    let wanted = plain(name)
    return wanted.isEmpty ? nil : all.first { plain($0.name) == wanted }
  }

  private static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  /// The boards FINN knows.
  public static let all: [Board] =
    [
      ("xc7z020clg400-1", ["Pynq-Z1", "Pynq-Z2", "Zybo-Z7-20", "Arty-Z7-20"]),
      ("xczu3eg-sbva484-1-e", ["Ultra96"]), ("xczu3eg-sbva484-1-i", ["Ultra96-V2"]),
      ("xczu3eg-sfvc784-2-e", ["AUP-ZU3", "AUP-ZU3_8GB"]),
      ("xck26-sfvc784-2LV-c", ["KV260", "KV260_SOM", "KR260", "K26"]),
      ("xck24-ubva530-2LV-c", ["KD240", "K24"]),
      ("xczu7ev-ffvc1156-2-e", ["ZCU104", "ZCU106"]), ("xczu9eg-ffvb1156-2-e", ["ZCU102"]),
      ("xczu28dr-ffvg1517-2-e", ["ZCU111", "RFSoC2x2"]),
      ("xczu48dr-ffvg1517-2-e", ["RFSoC4x2"]), ("xczu48dr-fsvg1517-2-e", ["ZCU208"]),
      ("xczu49dr-ffvf1760-2-e", ["ZCU216"]), ("xczu1cg-sbva484-1-e", ["ZUBoard", "ZUBoard-1CG"]),
      ("xczu3eg-sfvc784-1-e", ["Genesys-ZU-3EG"]), ("xczu5ev-sfvc784-1-e", ["Genesys-ZU-5EV"]),
      ("xcu50-fsvh2104-2L-e", ["U50", "Alveo-U50"]),
      ("xcu55c-fsvh2892-2L-e", ["U55C", "Alveo-U55C"]),
      ("xcu200-fsgd2104-2-e", ["U200", "Alveo-U200"]),
      ("xcu250-figd2104-2L-e", ["U250", "Alveo-U250"]),
      ("xcu280-fsvh2892-2L-e", ["U280", "Alveo-U280"]),
      ("xcv80-lsva4737-2MHP-e-S", ["V80", "Alveo-V80"]),
      ("xc7z010clg400-1", ["Zybo", "Zybo-Z7-10", "Arty-Z7-10", "Red-Pitaya", "MicroZed"]),
      ("xc7z020clg484-1", ["ZedBoard", "ZC702", "Eclypse-Z7"]), ("xc7z045ffg900-2", ["ZC706"]),
      ("xc7z007sclg400-1", ["Cora-Z7", "Cora-Z7-07S"]),
      ("xc7a35ticsg324-1L", ["Arty-A7-35", "Arty"]),
      ("xc7a100tcsg324-1", ["Arty-A7-100", "Nexys-A7"]),
      ("xc7a35tcpg236-1", ["Basys3", "Cmod-A7-35T"]), ("xc7a200tsbg484-1", ["Nexys-Video"]),
      ("xc7s50csga324-1", ["Arty-S7-50"]), ("xc7s25csga324-1", ["Arty-S7-25"]),
      ("xc7k325tffg900-2", ["KC705", "Genesys2"]), ("xc7vx485tffg1761-2", ["VC707"]),
      ("xcku040-ffva1156-2-e", ["KCU105"]), ("xcku5p-ffvb676-2-e", ["KCU116"]),
      ("xcvu9p-flga2104-2L-e", ["VCU118"]), ("xcvu37p-fsvh2892-2L-e", ["VCU128"]),
      ("xcvc1902-vsva2197-2MP-e-S", ["VCK190"]), ("xcvm1802-vsva2197-2MP-e-S", ["VMK180"]),
      ("xcve2802-vsvh1760-2MP-e-S", ["VEK280"]),
    ].flatMap { part, names in names.map { Board(name: $0, part: part) } }
}
