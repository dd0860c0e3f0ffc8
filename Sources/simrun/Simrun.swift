import ArgumentParser
import CBuild
import DataflowAnalysis
import Foundation

@main
struct Simrun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simrun",
    abstract: "Simulates FPGA dataflow accelerators: how fast, at what cost, are the bits right.",
    discussion: "`simrun --licenses` lists what it is built from, with versions and licences.",
    version: Release.text,
    subcommands: [
      FPSCommand.self,
      RunCommand.self,
      CompareCommand.self,
      AccuracyCommand.self,
      HazardsCommand.self,
      ExportCommand.self,
      TraceCommand.self,
      HangCommand.self,
      ReplayCommand.self,
      CheckCommand.self,
      FIFOCommand.self,
      FoldCommand.self,
      SweepCommand.self,
      ReportCommand.self,
      CalibrateCommand.self,
      ImportCommand.self,
      BlocksCommand.self,
      SchemaCommand.self,
    ],
    defaultSubcommand: FPSCommand.self)

  /// Parses and runs. Messages name the subcommand, and help ends with an example.
  static func main() {
    Interruption.prepare()
    FilesInUse.protect()
    if CommandLine.arguments.dropFirst() == ["--licenses"] {
      answer(Licences.text)
    }
    if let word = CommandLine.arguments.dropFirst().first, let error = unknownCommand(word) {
      writeError(error)
      exit(withError: SimrunExit.usage)
    }
    do {
      var command = try parseAsRoot()
      let arguments = Array(CommandLine.arguments.dropFirst())
      if let error = RepeatedOptions.message(arguments, Self.self) {
        writeError(error)
        exit(withError: SimrunExit.usage)
      }
      let name = type(of: command).configuration.commandName ?? "simrun"
      do {
        try command.run()
      } catch let error as ValidationError {
        writeError("error: \(name): \(error.message)\n  hint: simrun help \(name)")
        exit(withError: SimrunExit.usage)
      }
    } catch  where exitCode(for: error) == .success {
      // Help and version: what was asked for, and how it is used.
      let example = Examples.of(CommandLine.arguments).map { "\n\nEXAMPLE:\n  \($0)" } ?? ""
      let text = fullMessage(for: error)
      let isHelp = text.contains("USAGE:")
      answer(text + (isHelp ? example : ""))
    } catch {
      guard exitCode(for: error) == SimrunExit.usage else { exit(withError: error) }
      writeError(usageError(shownMessage(for: error)))
      exit(withError: SimrunExit.usage)
    }
  }

  /// Prints what was asked for, and ends.
  private static func answer(_ text: String) -> Never {
    do {
      try reportingInputErrors { try printText(text) }
    } catch {
      exit(withError: error)
    }
    exit(withError: ExitCode.success)
  }

  /// What the parser says of the arguments as they may be shown: it repeats them as they are.
  private static func shownMessage(for error: any Error) -> String {
    let arguments = CommandLine.arguments.dropFirst()
    let shown = arguments.map(\.printable)
    guard shown != Array(arguments) else { return fullMessage(for: error) }
    do {
      _ = try parseAsRoot(shown)
    } catch let again where exitCode(for: again) == SimrunExit.usage {
      return fullMessage(for: again)
    } catch {}
    return fullMessage(for: error)
  }

  /// The parser's message in the form of all others: `error: COMMAND: …`, a hint at the end.
  private static func usageError(_ message: String) -> String {
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
    let word = CommandLine.arguments.dropFirst().first ?? ""
    let name = commands.contains(word) ? word : "fps"
    var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.first?.hasPrefix("Error: ") == true {
      lines[0] = "error: \(name): " + lines[0].dropFirst("Error: ".count)
    }
    while let last = lines.last, last.isEmpty || last.hasPrefix("  See ") { lines.removeLast() }
    return (lines + ["  hint: simrun help \(name)"]).joined(separator: "\n")
  }

  /// A word that is neither a command nor a file would be taken for a design by the default command,
  /// which then complains of the wrong thing.
  private static func unknownCommand(_ word: String) -> String? {
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard !commands.contains(word), !word.isEmpty, word.allSatisfy(\.isLetter),
      !FileManager.default.fileExists(atPath: word)
    else { return nil }
    if let near = nearestName(to: word, among: commands) {
      return "error: there is no command '\(word.printable)'\n  hint: did you mean '\(near)'?"
    }
    // With more behind it, it was meant as a command.
    guard CommandLine.arguments.count > 2 else { return nil }
    return "error: there is no command '\(word.printable)'\n  hint: commands are "
      + commands.joined(separator: ", ")
  }
}

/// One line to copy for every command, shown at the end of its help.
enum Examples {
  static let lines: [String: String] = [
    "fps": "simrun model.onnx --fps --part Pynq-Z1 --clock-mhz 200",
    "run": "simrun run design.json --input x.npy --outputs y.npz",
    "compare": "simrun compare design.json --input x.npy --golden activations.npz",
    "accuracy": "simrun accuracy model.onnx --input images.npy --labels labels.npy",
    "hazards": "simrun hazards design.json --runs 32",
    "export": "simrun export design.json --memory build/mem",
    "trace": "simrun trace run.simtrace.zst --vcd -o run.vcd",
    "hang": "simrun hang design.json --apply fixed.json",
    "replay": "simrun replay run.simtrace.zst --design changed.json",
    "check": "simrun check design.json --min-fps 3000 --fits Pynq-Z1 --sarif check.sarif",
    "fifo": "simrun fifo model.onnx --apply sized.json",
    "fold": "simrun fold model.onnx --part Pynq-Z1 --target-fps 3000 -o folding.json",
    "sweep": "simrun sweep --init design.json --space space.json",
    "report": "simrun report design.json --finn report/",
    "calibrate": "simrun calibrate build1/ build2/ -o cost-model.json",
    "import": "simrun import model.onnx -o design.json --part Pynq-Z1",
    "schema": "simrun schema throughput",
    "blocks":
      #"simrun blocks LabelSelect_hls --attributes '{"Labels": 10, "PE": 1, "K": 1, "inputDataType": "INT8"}'"#,
  ]

  /// The example of the command that `arguments` names; the front door's without one.
  static func of(_ arguments: [String]) -> String? {
    arguments.dropFirst().compactMap { lines[$0] }.first ?? lines["fps"]
  }
}

/// What `--version` says: with the commit and its date where `scripts/wheel` made the program.
enum Release {
  static var text: String {
    let commit = String(cString: simrun_commit())
    guard !commit.isEmpty else { return SimrunVersion.current }
    return "\(SimrunVersion.current) (\(commit), \(String(cString: simrun_commit_date())))"
  }
}
