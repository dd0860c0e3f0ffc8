import ArgumentParser
import DataflowAnalysis
import Foundation
import SweepStore
import Synchronization

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Simulate many foldings of a design; stop at any time and go on later.",
    subcommands: [SweepRunCommand.self, SweepReportCommand.self, SweepMergeCommand.self],
    defaultSubcommand: SweepRunCommand.self)
}

/// Exit code 75: the disk failed, the same command may work later.
func reportingStorageFailures<T>(_ body: () throws -> T) throws -> T {
  try reportingInputErrors {
    do {
      return try body()
    } catch let error as StorageFailure {
      writeError("error: \(error)")
      throw ExitCode(75)
    }
  }
}

struct SweepRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the points of a space that the file lacks (what `simrun sweep DESIGN` does).",
    discussion: """
      --init writes a space to start with: the slowest layers, each a step slower and a step faster.

      Every point is committed before the next counts, so the run may be killed at any instant; the \
      same command goes on where it stopped. Exit codes: 64 and 65 are permanent (usage, bad input), \
      75 says the disk failed and a retry may work.
      """)

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Flag(name: .customLong("init"), help: "Write a space for the design to --space and stop.")
  var initialises = false

  @Option(
    help: "The space (simrun-space JSON); with --init where to write it, space.json unless stated.",
    completion: .file())
  var space: String?

  @Option(name: .shortAndLong, help: "The SQLite file with the results; made if missing.")
  var output: String?

  @Option(help: "grid: every point; random; adaptive: random, then around the Pareto front.")
  var strategy = SweepRunner.Strategy.grid

  @Option(help: "How many points random and adaptive take.")
  var points = 200

  @Option(help: "Seed of random and adaptive.")
  var seed: UInt64 = 1

  @Option(help: "Do the i-th of n parts, i from 0, e.g. 0/4.")
  var shard: String?

  @Option(help: "Threads; as many as cores otherwise.")
  var workers: Int?

  func validate() throws {
    if !initialises {
      guard space != nil else {
        throw ValidationError("Missing expected argument '--space <space>'; --init writes one")
      }
      guard output != nil else {
        throw ValidationError(
          "Missing expected argument '--output <output>', the file with the results")
      }
    }
    guard points > 0 else { throw ValidationError("--points must be above 0") }
    if let workers, !(1...1024).contains(workers) {
      throw ValidationError("--workers must be 1 to 1024")
    }
    if shard != nil, parsedShard == nil {
      throw ValidationError("--shard is I/N with 0 <= I < N, e.g. 0/4")
    }
  }

  private var parsedShard: (index: Int, count: Int)? {
    guard let parts = shard?.split(separator: "/").map({ Int($0) }), parts.count == 2,
      let index = parts[0], let count = parts[1], index >= 0, index < count
    else { return nil }
    return (index, count)
  }

  func run() throws {
    try reportingStorageFailures {
      try OutputPlace.requireDistinct(
        [("--output", output)], inputs: source.files + [("--space", space)])
      if initialises {
        try OutputPlace.requireDistinct(
          [("--space", space)], inputs: [("the design", source.design)])
      }
      let loaded = try source.load()
      let design = loaded.design
      if initialises { return try writeSpace(for: design) }
      source.changes.noteBoardPort(design)
      guard let spaceFile = self.space, let output else { return }
      let space = try SweepSpace(json: InputFile.readJSON(spaceFile), file: spaceFile, for: design)
      let targets = SweepTargets(ofSpace: space.canonicalText)
      for note in targets.notes(on: design, isToldOfDesign: true) { writeError("note: \(note)") }
      let costing = try source.changes.costing(loaded)
      let text = String(decoding: try design.json(), as: UTF8.self)
      let budget = source.changes.budget
      let costs = [costing.identity, budget?.identity].compactMap(\.self).filter { !$0.isEmpty }
      let database = try SweepDatabase(
        output,
        for: .init(
          design: text, space: space.canonicalText, costs: costs.joined(separator: "\n")))
      var options = SweepRunner.Options()
      options.strategy = strategy
      options.points = points
      options.seed = seed
      options.costing = costing
      options.device = budget.map { .budget($0.resources) }
      options.shard = parsedShard ?? (0, 1)
      if let workers { options.workers = workers }
      let line = ProgressLine(isAskedFor: progressing.progress)
      options.progress = { p in
        line.show(
          WorkStep(
            phase: "points", done: p.done, total: p.all,
            best: String(format: "%.1f frames/s", p.bestFramesPerSecond)))
      }
      let start = Date()
      let isEnding = Atomic(false)
      let advice = { @Sendable [output] in
        let safe = (try? database.count).map { "\($0) points are" } ?? "what was finished is"
        isEnding.store(true, ordering: .releasing)
        try? database.close()
        return "\(safe) safe in \(output); the same command goes on from there"
      }
      let evaluated = try Interruption.advising(advice) {
        do {
          return try SweepRunner(design, space, into: database, options: options).run()
        } catch {
          // Workers that found the file closed under them: whoever closed it ends the program.
          if isEnding.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 10) }
          throw error
        }
      }
      line.clear()
      let seconds = Date().timeIntervalSince(start)
      let all = try database.count
      try database.close()
      writeError(
        "\(evaluated.of("point")) in \(String(format: "%.1f", seconds)) s, \(all) in \(output)")
      writeError(NextStep("sweep", "report", output, reason: "the best of them"))
    }
  }

  private func writeSpace(for design: Design) throws {
    let proposal = try SweepProposal(design)
    let path = space ?? "space.json"
    try OutputFiles.write(proposal.json, to: path)
    let names = proposal.axes.map { "\($0.node).\($0.attribute)" }
    try printText(
      "\(path): \(proposal.count.of("point")), \(names.joined(separator: ", ")) and FIFO depths "
        + proposal.fifos.joined(separator: ", "))
    let database = (path as NSString).deletingPathExtension + ".sqlite"
    try printText(
      NextStep(
        ["sweep", source.design] + source.changes.arguments
          + ["--space", path, "-o", database],
        reason: "simulates every point; may be stopped and goes on"
      ).text)
  }
}

extension SweepRunner.Strategy: ExpressibleByArgument {}

struct SweepMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join the parts of a sharded sweep into one file.")

  @Option(name: .shortAndLong, help: "The file to join into; made if missing.")
  var output: String

  @Argument(help: "The parts.")
  var parts: [String]

  func run() throws {
    try reportingStorageFailures {
      try OutputPlace.requireDistinct(
        [("-o", output)], inputs: parts.map { ("a part", $0) })
      try requireDistinctParts()
      let sources = try parts.map { try SweepDatabase($0, for: nil) }
      guard let first = sources.first else { throw ValidationError("name the parts to join") }
      let whole = try SweepDatabase(output, for: try first.subject)
      for source in sources {
        writeError("\(source.path): \(try whole.merge(source)) new points")
      }
      let all = try whole.count
      try whole.close()
      writeError("\(output): \(all) points")
    }
  }

  /// The same part under two names would be the same file opened twice.
  private func requireDistinctParts() throws {
    var seen: [String: String] = [:]
    for part in parts {
      let place = URL(fileURLWithPath: part).resolvingSymlinksInPath().path
      let facts = try? FileManager.default.attributesOfItem(atPath: place)
      // Links to one file have its number.
      let file = facts.flatMap { facts -> String? in
        guard let number = facts[.systemFileNumber], let device = facts[.systemNumber] else {
          return nil
        }
        return "\(device) \(number)"
      }
      guard let other = seen.updateValue(part, forKey: file ?? place) else { continue }
      throw InputError(
        other == part
          ? "is named twice among the parts" : "is the same file as \(other), another part",
        file: part, hint: "name each part once")
    }
  }
}

struct SweepReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "The Pareto front of a sweep, and files made from it.")

  @Argument(help: "The SQLite file of the sweep.")
  var database: String

  @Option(help: "Write every point as CSV.")
  var csv: String?

  @Option(help: "Write a page with the scatter plot and the front.")
  var html: String?

  @Option(help: "Write FINN folding files of the chosen points into this folder.")
  var folding: String?

  @Option(help: "A point by the beginning of its address; may be repeated. Otherwise the front.")
  var point: [String] = []

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    try reportingStorageFailures {
      try OutputPlace.requireDistinct(
        [("--csv", csv), ("--html", html)],
        inputs: ["", "-wal", "-shm", "-journal"].map { ("the sweep", self.database + $0) })
      let database = try SweepDatabase(self.database, for: nil)
      var front = ParetoFront()
      try database.forEach { front.add($0) }
      let entries = front.entries.sorted { $0.result.framesPerSecond > $1.result.framesPerSecond }
      if let csv { try SweepTable.write(database, to: csv) }
      if let html {
        let page = try SweepPage(database)
        try OutputFiles.write(page.html, to: html)
      }
      if let folding { try writeFoldings(database, entries, folding) }
      let rows = entries.map(SweepReport.Point.init)
      let notes = try notes(database)
      for note in notes { writeError("note: \(note)") }
      if json {
        try printJSON(SweepReport(points: try database.count, front: rows, notes: notes))
      } else {
        try printText(SweepTable.text(rows, of: database))
      }
    }
  }

  private func notes(_ database: SweepDatabase) throws -> [String] {
    let subject = try database.subject
    let design = try? Design(json: Data(subject.design.utf8), file: database.path)
    return design.map { SweepTargets(ofSpace: subject.space).notes(on: $0) } ?? []
  }

  private func writeFoldings(
    _ database: SweepDatabase, _ front: [SweepDatabase.Entry], _ directory: String
  ) throws {
    let subject = try database.subject
    let base = try Design(json: Data(subject.design.utf8), file: database.path)
    var chosen = point.isEmpty ? front : []
    if !point.isEmpty {
      try database.forEach { e in if point.contains(where: e.address.hasPrefix) { chosen.append(e) }
      }
      guard !chosen.isEmpty else {
        throw InputError("no point's address begins with \(point.joined(separator: ", "))")
      }
    }
    try OutputFiles.write(
      chosen.map { entry in
        let design = try SweepPoint(text: entry.point, ordinal: entry.ordinal).design(from: base)
        return (
          "\(entry.address.prefix(12)).json",
          FoldingConfig(of: design).json(order: design.nodes.map(\.name))
        )
      }, below: directory)
    writeError("wrote \(chosen.count) folding files to \(directory)")
  }
}
