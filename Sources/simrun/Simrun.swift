import ArgumentParser
import DataflowSim
import ONNXImport
import SweepStore

@main
struct Simrun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simrun", subcommands: [ImportCommand.self])
}
