import ArgumentParser
import DataflowAnalysis
import Foundation

@main
struct Simrun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simrun",
    abstract: "Simulates FPGA dataflow accelerators: how fast, at what cost, are the bits right.",
    discussion: "`simrun --licenses` lists what it is built from, with versions and licences.",
    version: "0.1.0",
    subcommands: [
      FPSCommand.self,
      RunCommand.self,
      CompareCommand.self,
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
      ImportCommand.self,
      BlocksCommand.self,
    ],
    defaultSubcommand: FPSCommand.self)

  /// A word that is neither a command nor a file would be taken for a design by the default command,
  /// which then complains of the wrong thing.
  static func main() {
    Interruption.prepare()
    if CommandLine.arguments.dropFirst() == ["--licenses"] {
      print(Licences.text)
      exit()
    }
    if let word = CommandLine.arguments.dropFirst().first, let command = misspelt(word) {
      writeError("error: there is no command '\(word)'\n  hint: did you mean '\(command)'?")
      exit(withError: SimrunExit.usage)
    }
    main(nil)
  }

  private static func misspelt(_ word: String) -> String? {
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard !commands.contains(word), word.allSatisfy(\.isLetter),
      !FileManager.default.fileExists(atPath: word)
    else { return nil }
    return nearestName(to: word, among: commands)
  }
}
