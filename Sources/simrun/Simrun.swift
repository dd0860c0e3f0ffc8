import ArgumentParser
import DataflowSim
import ONNXImport
import SweepStore

@main
struct Simrun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simrun",
    abstract: "Simulates FPGA dataflow accelerators: how fast, at what cost, are the bits right.",
    subcommands: [
      BlocksCommand.self, ImportCommand.self,
    ])
}
