import DataflowSim

/// Reads a block's schedule from its build folder.
///
/// Everything the files say about it is compared: name, trip counts, latencies, and the reports with
/// the Verilog. Source of the relations: cycle-accurate simulation of generated Verilog, 2020.1 to 2024.2.
public struct HLSScheduleReader {
  let folder: HLSBuildFolder
  let expected: HLSExpectation

  init(_ folder: HLSBuildFolder, expected: HLSExpectation) {
    (self.folder, self.expected) = (folder, expected)
  }

  /// Reads the build of one node below the folder `path`, as FINN and HLS lay it out.
  public init(folder path: String, expected: HLSExpectation) throws {
    self.init(try HLSBuildFolder(path), expected: expected)
  }

  /// Throws `InputError` naming the file and both numbers where the files contradict each other or the
  /// block, and where they do not say enough.
  public func read() throws -> HLSScheduleReading {
    let reading = try readFiles()
    guard let stages = reading.stages,
      let structure = HLSSchedule.Structure(rawValue: reading.structure)
    else { return reading }
    let possible = structure.leastStages...Self.mostStages
    guard possible.contains(stages) else {
      throw InputError(
        "tells of \(stages) stages in structure \(reading.structure)", file: reading.file,
        hint: "from \(possible.lowerBound) to \(possible.upperBound)")
    }
    return reading
  }

  /// No block that was measured comes near.
  private static let mostStages = 64

  private func readFiles() throws -> HLSScheduleReading {
    let reported = folder.reports.isEmpty ? nil : try fromReports()
    let verilog = folder.verilog.isEmpty ? nil : try HLSVerilog(folder.verilog, top: topName)
    if let reported {
      if let verilog { try compare(reported, verilog) }
      return reported
    }
    guard let verilog, let reading = try fromVerilog(verilog) else {
      throw InputError(
        "has neither a synthesis report nor generated Verilog that tells the schedule",
        file: folder.path)
    }
    return reading
  }

  /// The top module's name; the project's folder is named after it.
  private var topName: String { folder.project ?? expected.names[0] }
}

// MARK: Reports

extension HLSScheduleReader {
  private func fromReports() throws -> HLSScheduleReading {
    let modules = try self.modules()
    let tops = modules.filter { expected.names.contains($0.report.module) }
    guard let top = tops.first else {
      let names = modules.map { "'\($0.report.module)'" }.prefix(3).joined(separator: ", ")
      throw InputError(
        "reports on \(names), not on '\(expected.names[0])'", file: modules[0].file,
        hint: "is this another node's folder?")
    }
    let below = modules.filter { $0.report.module != top.report.module }
    do {
      let (structure, stages, file) = try schedule(top, below)
      return HLSScheduleReading(
        structure: structure, stages: stages, file: file, tool: top.report.tool,
        clock: top.report.clock, part: top.report.part, area: top.report.area,
        estimatedClock: top.report.estimatedClock)
    } catch let error as InputError {
      throw error.inFile(top.file)
    }
  }

  /// What the reports say, of each module once: copies say the same, another solution may not.
  private func modules() throws -> [Module] {
    var modules: [Module] = []
    for file in folder.reports {
      for report in try HLSReportFile.read(file) {
        guard let first = modules.first(where: { $0.report.module == report.module }) else {
          modules.append((report, file))
          continue
        }
        guard first.report.hasSameSchedule(as: report) else {
          throw InputError(
            "states another schedule of '\(report.module)' than \(first.file)", file: file,
            hint: "keep the solution that the board has")
        }
      }
    }
    return modules
  }

  private typealias Module = (report: HLSModuleReport, file: String)
  private typealias Schedule = (structure: String, stages: Int?, file: String)

  private func schedule(_ top: Module, _ below: [Module]) throws -> Schedule {
    let inner = below.filter { !$0.report.allLoops.isEmpty }
    if expected.op == "StreamingMaxPool" { return try nested(top, inner) }
    if expected.iterations.count == 2 { return try twoProcesses(top, inner) }
    let own = top.report.allLoops
    switch (own.count, inner.count) {
    case (1, 0):
      // A loop in the top itself restarts without a gap, but for Vivado HLS, which always calls.
      let isCalled = top.report.interval.map { $0 > expected.trips + 1 } ?? isOld(top.report.tool)
      return try pipelined(own[0], top, in: top, isCalled ? "call" : "continuous")
    case (0, 1) where inner[0].report.allLoops.count == 1:
      return try pipelined(inner[0].report.allLoops[0], top, in: inner[0], "call")
    case (0, 0):
      return try withoutLoops(top, hasAllReports: !below.isEmpty)
    default:
      let loops = (own + inner.flatMap(\.report.allLoops)).map { "'\($0.name)'" }
      throw InputError(
        "has the loops \(loops.joined(separator: ", ")), which fit none of the measured structures")
    }
  }

  /// Vivado HLS calls every loop.
  private func isOld(_ tool: String?) -> Bool { HLSScheduleReading.isVivado(tool) }

  private func pipelined(
    _ loop: HLSModuleReport.Loop, _ top: Module, in module: Module, _ structure: String
  ) throws -> Schedule {
    do {
      try requireTrips(loop, expected.trips)
      guard let depth = loop.depth else {
        throw InputError("does not say how many stages it has (<PipelineDepth>)", at: place(loop))
      }
      guard loop.interval ?? 1 == 1 else {
        throw InputError(
          "starts an iteration every \(loop.interval!) cycles; measured blocks do so in every cycle",
          at: place(loop))
      }
      try expected.requireLatency(of: loop)
      return (structure, depth, try checked(structure, depth, top, module.file))
    } catch let error as InputError {
      throw error.inFile(module.file)
    }
  }

  private func place(_ loop: HLSModuleReport.Loop) -> String { "loop '\(loop.name)'" }

  private func requireTrips(_ loop: HLSModuleReport.Loop, _ trips: Int) throws {
    guard let stated = loop.trips else {
      throw InputError("does not say how many iterations it has (<TripCount>)", at: place(loop))
    }
    guard stated != trips else { return }
    let frames =
      trips > 0 && stated % trips == 0 ? "; a call would span \(stated / trips) frames" : ""
    throw InputError(
      "TripCount is \(stated), but the node's attributes make \(trips) iterations\(frames)",
      at: place(loop), hint: "was the folder built with another folding or shape?")
  }

  /// The file the schedule was read from, if the top's latency and interval agree with it.
  private func checked(
    _ structure: String, _ depth: Int, _ top: Module, _ file: String
  ) throws -> String {
    if let latency = top.report.latency {
      let due = self.latency(structure, depth)
      guard latency == due else {
        throw InputError(
          "the latency of '\(top.report.module)' is \(latency) cycles, but \(expected.trips) iterations of "
            + "\(depth) stages take \(due) in structure \(structure)")
      }
    }
    do {
      if structure == "call" {
        try top.report.requireCallInterval()
      } else {
        try expected.requireLoopInterval(top.report)
      }
    } catch let error as InputError {
      throw error.inFile(top.file)
    }
    return file
  }

  /// `HLS_SYN_LAT`, and the latency in the top's report, of a block of `stages` stages.
  private func latency(_ structure: String, _ stages: Int) -> Int {
    switch structure {
    case "states": stages - 1
    case "call": expected.trips + stages + expected.callOverhead
    default: expected.trips + stages
    }
  }

  /// The stages that a latency stands for.
  private func stages(_ structure: String, latency: Int) -> Int {
    latency - self.latency(structure, 0)
  }

  /// A top whose called function has no report here, or a block that is states only.
  private func withoutLoops(_ top: Module, hasAllReports: Bool) throws -> Schedule {
    guard let latency = top.report.latency else {
      throw InputError("states neither a loop nor a latency")
    }
    if expected.trips == 1 {
      try top.report.requireCallInterval()
      return ("states", latency + 1, top.file)
    }
    guard let interval = top.report.interval else {
      throw InputError("states no loop, and no interval that would tell the structure")
    }
    let structure = interval == latency + 1 ? "call" : "continuous"
    let stages = stages(structure, latency: latency)
    guard structure == "call" || expected.loopIntervals.contains(interval),
      (1...Self.mostStages).contains(stages)
    else {
      throw InputError(
        "a latency of \(latency) and an interval of \(interval) cycles fit none of the measured "
          + "structures with \(expected.trips) iterations",
        hint: "was the folder built with another folding or shape?")
    }
    return (structure, stages, top.file)
  }

  private func twoProcesses(_ top: Module, _ inner: [Module]) throws -> Schedule {
    let loops = inner.flatMap { module in module.report.allLoops.map { (loop: $0, module: module) }
    }
    guard loops.count == 2 else {
      throw InputError("has \(loops.count) loops; a converter of this ratio is two processes")
    }
    let (first, second) = (expected.iterations[0], expected.iterations[1])
    // The narrow side comes first or last, whichever the reports are sorted by.
    let ordered = loops.sorted { a, b in
      (a.loop.trips == first ? 0 : 1) < (b.loop.trips == first ? 0 : 1)
    }
    for (entry, (trips, depth)) in zip(ordered, [(first, 2), (second, 3)]) {
      do {
        try requireTrips(entry.loop, trips)
        guard entry.loop.depth == depth else {
          throw InputError(
            "has \(entry.loop.depth.map(String.init) ?? "no") stages where \(depth) were measured",
            at: place(entry.loop))
        }
        guard entry.loop.interval ?? 1 == 1 else {
          throw InputError(
            "starts an iteration every \(entry.loop.interval!) cycles; measured converters do so in every cycle",
            at: place(entry.loop))
        }
        try expected.requireLatency(of: entry.loop)
      } catch let error as InputError {
        throw error.inFile(entry.module.file)
      }
    }
    if let latency = top.report.latency { try expected.requireLatency(latency, "its latency") }
    if let interval = top.report.interval { try expected.requireLatency(interval, "its interval") }
    return ("two_processes", nil, top.file)
  }

  /// The loops of a max pool are fixed: they must be the measured ones, of the node's shape.
  private func nested(_ top: Module, _ inner: [Module]) throws -> Schedule {
    let pipelines = ([top] + inner).flatMap(\.report.pipelines)
    guard pipelines.count > 1, !isOld(top.report.tool) else {
      throw InputError(
        "is not the measured loop nest of a max pool (\(pipelines.count) pipelined loops)")
    }
    let known = expected.pool?.depths ?? [1, 2, 3]
    for module in [top] + inner {
      do {
        for loop in module.report.allLoops {
          if let depth = loop.depth, !known.contains(depth) || loop.interval ?? 1 != 1 {
            throw InputError(
              "has \(depth) stages and starts every \(loop.interval ?? 1) cycles, "
                + "which was not measured", at: place(loop))
          }
          try expected.pool?.requireTrips(of: loop)
          try expected.requireLatency(of: loop)
        }
      } catch let error as InputError {
        throw error.inFile(module.file)
      }
    }
    if let latency = top.report.latency { try expected.requireLatency(latency, "its latency") }
    try top.report.requireCallInterval()
    return ("nested", nil, top.file)
  }
}

// MARK: Verilog

extension HLSScheduleReader {
  private var verilogFile: String {
    folder.verilog.first { $0.hasSuffix("/\(topName).v") } ?? folder.verilog[0]
  }

  private func fromVerilog(_ verilog: HLSVerilog) throws -> HLSScheduleReading? {
    do {
      guard let (structure, stages) = try schedule(verilog) else { return nil }
      return HLSScheduleReading(
        structure: structure, stages: stages, file: verilogFile, tool: verilog.header?.tool,
        clock: verilog.header?.clock, part: verilog.header?.part, area: verilog.header?.area)
    } catch let error as InputError {
      throw error.inFile(verilogFile)
    }
  }

  private func schedule(_ verilog: HLSVerilog) throws -> (String, Int?)? {
    if let header = verilog.header, !expected.names.contains(header.module) {
      throw InputError(
        "is the module '\(header.module)', not '\(expected.names[0])'",
        hint: "is this another node's folder?")
    }
    guard let structure = structure(verilog) else { return nil }
    switch structure {
    case "nested", "two_processes":
      // A header that states none has 0.
      if let latency = verilog.header?.latency, latency > 0 {
        try expected.requireLatency(latency, "HLS_SYN_LAT")
      }
      return (structure, nil)
    case "states":
      guard let latency = verilog.header?.latency else { return nil }
      return (structure, latency + 1)
    default: break
    }
    let counted = counted(verilog)
    guard let latency = verilog.header?.latency else { return counted.map { (structure, $0) } }
    let stated = stages(structure, latency: latency)
    guard (1...Self.mostStages).contains(stated), counted == nil || counted == stated else {
      let states = counted.map { ", which has states of \($0) stages" } ?? ""
      throw InputError(
        "HLS_SYN_LAT is \(latency), which leaves \(stated) stages beside the \(expected.trips) "
          + "iterations of the node's attributes\(states)",
        hint: "was the folder built with another folding or shape?")
    }
    return (structure, stated)
  }

  /// The stages of the one module with a pipeline.
  private func counted(_ verilog: HLSVerilog) -> Int? {
    verilog.stages.count == 1 ? verilog.stages.values.first : nil
  }

  private func structure(_ verilog: HLSVerilog) -> String? {
    if expected.op == "StreamingMaxPool" { return verilog.control == .sequential ? "nested" : nil }
    switch verilog.control {
    case .sequential: return "call"
    case .selfStarting: return expected.iterations.count == 2 ? "two_processes" : "continuous"
    case nil:
      if isOld(verilog.header?.tool) { return "call" }
      if expected.trips == 1 { return "states" }
      // Without its helper the loop's module still tells: the top itself, or a function below it.
      guard verilog.stages.count == 1, let module = verilog.stages.keys.first else { return nil }
      return module == topName ? "continuous" : "call"
    }
  }

  /// Both kinds of files are of one synthesis, so they must agree.
  private func compare(_ reading: HLSScheduleReading, _ verilog: HLSVerilog) throws {
    if let header = verilog.header, !expected.names.contains(header.module) {
      throw InputError(
        "is the module '\(header.module)', not '\(expected.names[0])'", file: verilogFile)
    }
    guard let stages = reading.stages else {
      if let latency = verilog.header?.latency, latency > 0 {
        do {
          try expected.requireLatency(latency, "HLS_SYN_LAT")
        } catch let error as InputError {
          throw error.inFile(verilogFile)
        }
      }
      return
    }
    let isLoop = reading.structure != "states"
    if isLoop, let counted = counted(verilog), counted != stages {
      throw InputError(
        "has states of \(counted) stages, but \(reading.file) states \(stages)", file: verilogFile)
    }
    guard let latency = verilog.header?.latency else { return }
    let due = self.latency(reading.structure, stages)
    guard latency == due else {
      throw InputError(
        "HLS_SYN_LAT is \(latency), but "
          + (isLoop
            ? "\(expected.trips) iterations of the \(stages) stages in \(reading.file) take \(due)"
            : "the latency in \(reading.file) is \(due)"),
        file: verilogFile)
    }
  }
}
