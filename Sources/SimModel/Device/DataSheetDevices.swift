/// Devices beyond those FINN has a platform table for. Source: AMD's product tables (DS190, DS180, DS891,
/// DS890, DS950): LUTs, block RAMs of 36 Kbit, URAMs, DSP slices.
enum DataSheetDevices {
  static let all: [Device] =
    zynq7000 + artix7 + spartan7 + kintex7 + virtex7 + zynqUltraScale + kria + ultraScale + alveo
    + versal

  private static func device(
    _ prefix: String, _ lut: Int, _ bram36: Int, _ uram: Int, _ dsp: Int
  ) -> Device {
    Device(
      prefix, total: DeviceResources(lut: lut, bram18: 2 * bram36, uram: uram, dsp: dsp), slrs: [])
  }

  private static let zynq7000 = [
    device("xc7z007s", 14400, 50, 0, 66), device("xc7z012s", 34400, 72, 0, 120),
    device("xc7z014s", 40600, 107, 0, 170), device("xc7z010", 17600, 60, 0, 80),
    device("xc7z015", 46200, 95, 0, 160), device("xc7z030", 78600, 265, 0, 400),
    device("xc7z035", 171_900, 500, 0, 900), device("xc7z045", 218_600, 545, 0, 900),
    device("xc7z100", 277_400, 755, 0, 2020),
  ]

  private static let artix7 = [
    device("xc7a12t", 8000, 20, 0, 40), device("xc7a15t", 10400, 25, 0, 45),
    device("xc7a25t", 14600, 45, 0, 80), device("xc7a35t", 20800, 50, 0, 90),
    device("xc7a50t", 32600, 75, 0, 120), device("xc7a75t", 47200, 105, 0, 180),
    device("xc7a100t", 63400, 135, 0, 240), device("xc7a200t", 134_600, 365, 0, 740),
  ]

  private static let spartan7 = [
    device("xc7s6", 3750, 5, 0, 10), device("xc7s15", 8000, 10, 0, 20),
    device("xc7s25", 14600, 45, 0, 80), device("xc7s50", 32600, 75, 0, 120),
    device("xc7s75", 48000, 90, 0, 140), device("xc7s100", 64000, 120, 0, 160),
  ]

  private static let kintex7 = [
    device("xc7k70t", 41000, 135, 0, 240), device("xc7k160t", 101_400, 325, 0, 600),
    device("xc7k325t", 203_800, 445, 0, 840), device("xc7k355t", 222_600, 715, 0, 1440),
    device("xc7k410t", 254_200, 795, 0, 1540), device("xc7k420t", 260_600, 835, 0, 1680),
    device("xc7k480t", 298_600, 955, 0, 1920),
  ]

  private static let virtex7 = [
    device("xc7vx485t", 303_600, 1030, 0, 2800), device("xc7vx690t", 433_200, 1470, 0, 3600),
    device("xc7v2000t", 1_221_600, 1292, 0, 2160),
  ]

  /// The CG, EG and EV devices of a number differ in their processors only.
  private static let zynqUltraScale =
    [
      ("1", ["cg", "eg"], 37440, 108, 0, 216), ("2", ["cg", "eg"], 47232, 150, 0, 240),
      ("3", ["cg"], 70560, 216, 0, 360), ("4", ["cg", "eg", "ev"], 87840, 128, 48, 728),
      ("5", ["cg", "eg", "ev"], 117_120, 144, 64, 1248),
      ("6", ["cg", "eg"], 214_604, 714, 0, 1973),
      ("7", ["cg", "eg"], 230_400, 312, 96, 1728), ("9", ["cg"], 274_080, 912, 0, 2520),
      ("11", ["eg"], 298_560, 600, 80, 2928), ("15", ["eg"], 341_280, 744, 112, 3528),
      ("17", ["eg"], 423_403, 796, 102, 1590), ("19", ["eg"], 522_720, 984, 128, 1968),
      ("27", ["dr"], 425_280, 1080, 80, 4272), ("29", ["dr"], 425_280, 1080, 80, 4272),
      ("39", ["dr"], 425_280, 1080, 80, 4272), ("43", ["dr"], 425_280, 1080, 80, 4272),
      ("47", ["dr"], 425_280, 1080, 80, 4272), ("49", ["dr"], 425_280, 1080, 80, 4272),
    ].flatMap { number, kinds, lut, bram, uram, dsp in
      kinds.map { device("xczu\(number)\($0)", lut, bram, uram, dsp) }
    }

  private static let kria = [device("xck24", 70560, 216, 0, 360)]

  private static let ultraScale = [
    device("xcku3p", 162_720, 360, 48, 1368), device("xcku5p", 216_960, 480, 64, 1824),
    device("xcku9p", 274_080, 912, 0, 2520), device("xcku11p", 298_560, 600, 80, 2928),
    device("xcku13p", 341_280, 744, 112, 3528), device("xcku15p", 522_720, 984, 128, 1968),
    device("xcku035", 203_128, 540, 0, 1700), device("xcku040", 242_400, 600, 0, 1920),
    device("xcku060", 331_680, 1080, 0, 2760), device("xcku115", 663_360, 2160, 0, 5520),
    device("xcvu3p", 394_080, 720, 320, 2280), device("xcvu7p", 788_160, 1440, 640, 4560),
    device("xcvu9p", 1_182_240, 2160, 960, 6840), device("xcvu11p", 1_296_000, 2016, 960, 9216),
    device("xcvu13p", 1_728_000, 2688, 1280, 12288), device("xcvu33p", 439_680, 672, 320, 2880),
    device("xcvu35p", 871_680, 1344, 640, 5952), device("xcvu37p", 1_303_680, 2016, 960, 9024),
  ]

  private static let alveo = [
    device("xcu25", 522_720, 984, 128, 1968), device("xcu55n", 1_303_680, 2016, 960, 9024),
    device("xcu30", 230_400, 312, 96, 1728),
  ]

  private static let versal = [
    device("xcvm1802", 899_840, 967, 463, 1968), device("xcve2302", 150_272, 155, 155, 464),
    device("xcv80", 2_574_208, 3741, 1925, 10848),
  ]
}
