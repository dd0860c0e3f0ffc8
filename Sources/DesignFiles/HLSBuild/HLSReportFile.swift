import DataflowSim
import Foundation

/// Reads `csynth.xml` files of HLS: one module's `<module>_csynth.xml`, or the `csynth.xml` of a whole
/// solution with a `Module` element for each.
public enum HLSReportFile {
  /// No report of a FINN block comes near this size.
  static let maximumBytes = 16 << 20

  /// The modules that `path` reports on.
  ///
  /// Throws `InputError` when the file is too large, is no XML, ends early or is no such report.
  public static func read(_ path: String) throws -> [HLSModuleReport] {
    let data = try InputFile.read(path, atMost: maximumBytes)
    do {
      return try reports(data)
    } catch let error as InputError {
      throw error.inFile(path)
    }
  }

  /// The modules that a report's text states.
  static func reports(_ data: Data) throws -> [HLSModuleReport] {
    // Reports declare no entities, and what is not declared cannot expand.
    guard data.range(of: Data("<!DOCTYPE".utf8)) == nil,
      data.range(of: Data("<!ENTITY".utf8)) == nil
    else { throw InputError("declares a document type or entities, which no report of HLS does") }
    let root = try XMLElements(data).root
    guard
      root.name == "profile" || root.name == "Report" || root.find("PerformanceEstimates") != nil
    else {
      throw InputError(
        "is not a synthesis report of HLS (its outer element is <\(root.name)>)",
        hint: "<module>_csynth.xml has <profile>")
    }
    let tool = root["ReportVersion"]?["Version"]?.text
    let clock = try period(root["UserAssignments"]?["TargetClockPeriod"])
    let part = root["UserAssignments"]?["Part"]?.text
    let modules = (root["ModuleInformation"] ?? root["ModuleInfo"])?.children.filter {
      $0.name == "Module"
    }
    let single = root["UserAssignments"]?["TopModelName"]?.text
    let found = try modules.map { try $0.map { try report($0["Name"]?.text, $0) } } ?? []
    // A file of one module states its figures on the top level; one of a solution repeats the top's.
    let own = found.contains { $0.module == single } ? [] : try [report(single, root)]
    return (own + found).map { report in
      var report = report
      report.tool = tool
      report.clock = clock
      report.part = part.flatMap { $0.isEmpty ? nil : $0 }
      return report
    }
  }

  private static func report(_ name: String?, _ element: XMLElements.Element) throws
    -> HLSModuleReport
  {
    guard let name, !name.isEmpty else {
      throw InputError("does not say which module it reports on (<TopModelName>)")
    }
    var report = HLSModuleReport(module: name)
    guard let estimates = element["PerformanceEstimates"] else {
      throw InputError("has no <PerformanceEstimates>", at: "module '\(name)'")
    }
    let overall = estimates["SummaryOfOverallLatency"]
    report.latency = overall?.only("Best-caseLatency", "Worst-caseLatency")
    report.interval = overall?.only("Interval-min", "Interval-max")
    report.pipelineType = (estimates["PipelineType"] ?? overall?["PipelineType"])?.text
    report.estimatedClock = try period(
      estimates["SummaryOfTimingAnalysis"]?["EstimatedClockPeriod"])
    report.loops = (estimates["SummaryOfLoopLatency"]?.children ?? []).compactMap(loop)
    report.area = (element["AreaEstimates"]?["Resources"]).map(area)
    return report
  }

  /// A clock period in ns.
  private static func period(_ element: XMLElements.Element?) throws -> Double? {
    guard let element, let period = element.number else { return nil }
    guard period > 0, period <= longestPeriod else {
      throw InputError(
        "states a clock period of \(period.plain) ns", at: "<\(element.name)>",
        hint: "above 0, at most \(longestPeriod.plain)")
    }
    return period
  }

  /// A kilohertz; no board is as slow.
  private static let longestPeriod = 1e6

  /// Loops are elements named after themselves; those inside lie between the figures.
  private static func loop(_ element: XMLElements.Element) -> HLSModuleReport.Loop? {
    let marks = ["TripCount", "PipelineDepth", "PipelineII", "IterationLatency"]
    guard marks.contains(where: { element[$0] != nil }) else { return nil }
    return HLSModuleReport.Loop(
      name: element["Name"]?.text ?? element.name, trips: element["TripCount"]?.count,
      latency: element["Latency"]?.count, depth: element["PipelineDepth"]?.count,
      interval: element["PipelineII"]?.count, inner: element.children.compactMap(loop))
  }

  private static func area(_ element: XMLElements.Element) -> HLSArea {
    func count(_ names: String...) -> Int {
      names.lazy.compactMap { element[$0]?.count }.first ?? 0
    }
    return HLSArea(
      lut: count("LUT"), ff: count("FF"), bram18: count("BRAM_18K"), uram: count("URAM"),
      dsp: count("DSP", "DSP48E"))
  }
}

extension XMLElements.Element {
  /// A whole number; `nil` for `undef`, `-` and a range of more than one value.
  fileprivate var count: Int? {
    if let range = self["range"] { return range.only("min", "max") }
    // Cycles and loops of a block are far fewer.
    guard let value = Int(text), (0...1 << 48).contains(value) else { return nil }
    return value
  }

  fileprivate var number: Double? { Double(text) }

  /// The number that both children state.
  fileprivate func only(_ low: String, _ high: String) -> Int? {
    guard let least = self[low]?.count else { return nil }
    guard let most = self[high] else { return least }
    return most.count == least ? least : nil
  }
}
