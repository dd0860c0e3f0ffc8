import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// The fit, and that the shipped coefficients are as good as docs/cost-model.md says.
struct CostFitTests {
  private static let fit: Result<CostFit, any Error> = Result {
    let path = TestFiles.resource("calibration/placed.json")
    let file = try CalibrationSource.read(path)
    #expect(file.refused == [])
    return CostFit(
      file.rows, name: "simrun", date: CostModel.shipped.date, data: CostModel.shipped.data)
  }

  /// `scripts/fit-cost` wrote the table in the code from these rows.
  @Test func theShippedCoefficientsAreThoseOfTheRows() throws {
    let fitted = try Self.fit.get().model
    #expect(fitted.families.keys.sorted() == CostModel.shipped.families.keys.sorted())
    for (name, family) in fitted.families {
      let shipped = try #require(CostModel.shipped.families[name])
      #expect((family.nodes, family.builds) == (shipped.nodes, shipped.builds))
      for (kind, parts) in family.coefficients {
        for (part, value) in parts {
          let known = shipped.coefficients[kind]?[part] ?? -1
          #expect(abs(value - known) <= 1e-3 * max(1, value), "\(name) \(kind) \(part)")
        }
      }
    }
  }

  /// The errors of builds left out, as the page states them.
  @Test func leftOutBuildsAreAsFarOffAsStated() throws {
    let report = try CalibrationReport(Self.fit.get())
    #expect(report.nodes == 319)
    #expect(report.builds.count == 10)
    let off = report.overall.calibrated
    for (kind, most) in [("LUT", 0.15), ("FF", 0.15), ("BRAM_18K", 0.1)] {
      #expect(try #require(off[kind]) <= most, "\(kind)")
      #expect(try #require(report.overall.inRange[kind]) >= 0.8, "\(kind)")
    }
    #expect(try #require(off["LUT"]) < 0.5 * #require(report.overall.finn["LUT"]))
  }

  /// Every build with DSPs is met within 5 %, and no other is given any.
  @Test func slicesOfBuildsAreCounted() throws {
    let report = try CalibrationReport(Self.fit.get())
    var withSlices = 0
    for build in report.builds {
      let (placed, said) = (build.placed["DSP"] ?? 0, build.calibrated["DSP"] ?? 0)
      if placed > 0 { withSlices += 1 }
      #expect(abs(said - placed) * 20 <= placed, "\(build.name): \(said) of \(placed)")
    }
    #expect(withSlices == 3)
  }

  /// Whether HLS takes DSPs at all, on every report there is, those of builds that nothing was placed of
  /// included; docs/cost-model.md#multipliers has the numbers.
  @Test func slicesOrNoneAsHLSReports() throws {
    let file = try CalibrationSource.read(TestFiles.resource("calibration/placed.json"))
    #expect(file.refused == [] && file.reports.count == 148)
    let reports =
      file.reports.map { ($0.node, $0.structure, $0.area) }
      + file.rows.compactMap { row in row.reported.map { (row.node, row.structure, $0) } }
    var agreeing: [String: Int] = [:]
    var all: [String: Int] = [:]
    for (node, structure, area) in reports {
      let family = String(structure.family.prefix { $0 != "," })
      let slices = structure.parts.filter { $0.kind == .dsp }.reduce(0) { $0 + $1.amount }
      all[family, default: 0] += 1
      if (slices > 0) == (area.dsp > 0) {
        agreeing[family, default: 0] += 1
      } else {
        Issue.record("\(node) (\(family)): \(slices) said, \(area.dsp) reported")
      }
    }
    #expect(agreeing == all)
    #expect(all["MVAU_hls"] == 118 && all["ConvolutionInputGenerator_hls"] == 30, "\(all)")
  }

  /// How many nodes that nothing like was placed of are estimated where HLS' reports put them, as docs/cost-model.md
  /// says.
  @Test func derivedEstimatesAgreeWithReports() throws {
    let file = try CalibrationSource.read(TestFiles.resource("calibration/placed.json"))
    var (derived, inReach) = (0, 0)
    for report in file.reports {
      let estimate = CostModel.shipped.estimate(report.structure)
      guard estimate.basis == .derived else { continue }
      let byReport = CostModel.shipped.estimate(
        report.area.structure(streamedBits: report.structure.streamedBits))
      derived += 1
      let expected = estimate.expected.total(.lut)
      if expected >= byReport.low.total(.lut), expected <= byReport.high.total(.lut) {
        inReach += 1
      }
    }
    #expect(derived == 30 && inReach >= 12, "\(inReach) of \(derived)")
  }

  /// On the rows it was fitted to the shipped model is closer than on builds it does not know.
  @Test func theShippedModelMeetsThePlacedDesigns() throws {
    let fit = try Self.fit.get()
    var placed: [String: Double] = [:]
    var said: [String: Double] = [:]
    for row in fit.rows {
      placed[row.build, default: 0] += row.placed.total(.lut)
      said[row.build, default: 0] +=
        CostModel.shipped.estimate(row.structure).expected.total(.lut)
    }
    let errors = placed.keys.map { abs(said[$0]! / placed[$0]! - 1) }.sorted()
    #expect(errors[errors.count / 2] < 0.06, "\(errors)")
    #expect(errors.last! < 0.25, "\(errors)")
  }

  /// Coefficients that made the numbers are found again, the odd row and the part that costs nothing apart.
  @Test func aKnownLawIsFoundAgain() throws {
    var rows: [CalibrationRow] = []
    let sizes = [2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96]
    for (index, channels) in sizes.enumerated() {
      let block = try BlockCatalogue.make(
        opType: "FMPadding_rtl",
        attributes: [
          "ImgDim": .ints([4, 4]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(channels),
          "SIMD": .int(channels), "inputDataType": .string("INT8"),
        ], part: nil, clockMHz: 100)
      let bits = 8 * channels
      let odd = index == 7 ? 5 : 1
      rows.append(
        CalibrationRow(
          build: "build\(index)", node: "n", block: block, in: CostContext(),
          placed: PlacedUse(lut: (100 + bits) * odd, ff: 3 * bits)))
    }
    let fit = CostFit(rows, name: "law", date: "2026-01-01", data: "made")
    let found = try #require(fit.model.families["FMPadding_rtl"])
    #expect(abs((found.coefficients[.logic]?["base"] ?? 0) - 100) < 6)
    #expect(abs((found.coefficients[.logic]?["bit"] ?? 0) - 1) < 0.03)
    #expect(abs((found.coefficients[.ff]?["bit"] ?? 0) - 3) < 0.05)
    #expect(found.nodes == 20 && found.builds == 20)
    // One of twenty is odd: more than 80 % are met.
    let report = CalibrationReport(fit)
    #expect(report.blocks.first?.inRange["LUT"] ?? 0 >= 0.8)
  }

  /// A user's builds change the blocks they have and leave the others as shipped.
  @Test func ownBuildsChangeOnlyWhatTheyHold() throws {
    let block = try BlockCatalogue.make(
      opType: "LabelSelect_hls",
      attributes: [
        "Labels": .int(10), "PE": .int(1), "K": .int(1), "inputDataType": .string("INT8"),
      ], part: nil, clockMHz: 100)
    let row = CalibrationRow(
      build: "mine", node: "n", block: block, in: CostContext(),
      placed: PlacedUse(lut: 500, ff: 600))
    let model = CostFit(
      [row], base: .shipped, name: "mine", date: "2026-01-01", data: "one"
    ).model
    let shipped = CostModel.shipped.families
    #expect(model.families["MVAU_hls"] == shipped["MVAU_hls"])
    #expect(model.families["LabelSelect_hls"] != shipped["LabelSelect_hls"])
    let estimate = model.estimate(row.structure)
    #expect(estimate.expected.total(.lut) > 300)
    #expect(estimate.doubt(.lut) > 1.5)
  }

  /// What the base knows of a family beyond the rows that are fitted stays.
  @Test func aRefittedFamilyKeepsWhatItsRowsDoNotTell() throws {
    let block = try BlockCatalogue.make(
      opType: "FMPadding_rtl",
      attributes: [
        "ImgDim": .ints([4, 4]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(8),
        "SIMD": .int(8), "inputDataType": .string("INT8"),
      ], part: nil, clockMHz: 100)
    let row = CalibrationRow(
      build: "mine", node: "n", block: block, in: CostContext(),
      placed: PlacedUse(lut: 200, ff: 300))
    let base = CostModel(
      name: "base", date: "2026-01-01", data: "made",
      families: [
        "FMPadding_rtl": CostModel.Family(
          nodes: 9, builds: 4, coefficients: [.logic: ["another part": 7]],
          spreads: [.dsp: CostModel.Spread(0.8, 1.4)], errors: [.dsp: 0.2])
      ])
    let model = CostFit([row], base: base, name: "mine", date: "2026-01-01", data: "one").model
    let found = try #require(model.families["FMPadding_rtl"])
    #expect(found.coefficients[.logic]?["another part"] == 7)
    #expect(found.coefficients[.logic]?["base"] != nil)
    #expect(found.spreads[.dsp] == CostModel.Spread(0.8, 1.4) && found.errors[.dsp] == 0.2)
    #expect(found.spreads[.lut] != nil && found.nodes == 1 && found.builds == 1)
  }
}
